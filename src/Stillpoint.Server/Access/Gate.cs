using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Stillpoint.Control.Access;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>Before every endpoint: who asks, may they, and does it come from their own page. Closed unless a rule opens it.</summary>
internal sealed class Gate(RequestDelegate next, AccessTables access, TimeProvider clock)
{
    public const string Cookie = "stillpoint-session", CsrfHeader = "X-Stillpoint-Csrf";

    /// <summary>Set on connections of the service's own socket.</summary>
    public static readonly object SocketMark = new();

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint) throw new FailureException(FailureCode.EndpointUnknown, Stage.Input);
        var caller = CallerOf(context);
        if (caller is not null) context.Features.Set(caller);
        // The framework's own refusals (another method, another content type) are for whoever is signed in.
        var rule = endpoint.Metadata.GetMetadata<AccessRule>() ?? (endpoint is RouteEndpoint ? new(Role.Admin, true) : new(Role.Reader, false));
        if (rule.Role is not { } needed) return next(context);
        if (caller is null) throw new FailureException(FailureCode.NotSignedIn, Stage.Input);
        if (caller.Role < needed || (rule.WholeOnly && !caller.SeesAll))
            throw new FailureException(FailureCode.NotAllowed, Stage.Input, ("role", needed.ToText()));
        if (caller.Key is { Kind: KeyKind.Session } && !IsRead(context.Request.Method)) MustBeOwnPage(context, caller.Key);
        return next(context);
    }

    public static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private Caller? CallerOf(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(SocketMark) == true) return Caller.Local;
        var (secret, kind) = SecretOf(context.Request);
        if (secret is null) return null;
        var now = clock.GetUtcNow();
        if (access.Keys.Find(secret, kind, now) is not { } key || access.Users.Find(key.Owner) is not { } user) return null;
        access.Keys.Used(key, now);
        // A token never gives more than its owner has today.
        var role = key.Kind == KeyKind.Token && key.Role < user.Role ? key.Role : user.Role;
        return new(user.Name, key.Kind.ToText(), role, [user.Vms, key.Vms], key);
    }

    /// <summary>A token that is sent counts alone: a browser's cookie beside it is not asked.</summary>
    private static (string? Secret, KeyKind Kind) SecretOf(HttpRequest request)
    {
        const string bearer = "Bearer ";
        if (request.Headers.Authorization.ToString() is { Length: > 0 } header)
            return (header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? header[bearer.Length..].Trim() : "", KeyKind.Token);
        return (request.Cookies[Cookie], KeyKind.Session);
    }

    private static void MustBeOwnPage(HttpContext context, KeyRecord session)
    {
        var sent = Encoding.UTF8.GetBytes(context.Request.Headers[CsrfHeader].ToString());
        if (session.Csrf is null || !CryptographicOperations.FixedTimeEquals(sent, Encoding.UTF8.GetBytes(session.Csrf)))
            throw new FailureException(FailureCode.RequestForged, Stage.Input);
    }
}
