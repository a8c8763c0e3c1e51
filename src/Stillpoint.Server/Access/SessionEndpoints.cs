using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Access;

/// <summary>The first administrator, signing in and out, one's own password and second factor.</summary>
internal static class SessionEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/setup", Finish).WithName("setUp").WithSummary("Make the first administrator with the token printed at the first start").ForAnybody();
        api.MapPost("/session", SignIn).WithName("signIn").WithSummary("Sign in; the session is in a cookie").ForAnybody();
        api.MapGet("/session", Show).WithName("showSession").WithSummary("Who is asking").Needs(Role.Reader);
        api.MapDelete("/session", SignOut).WithName("signOut").WithSummary("End this session").Needs(Role.Reader);
        api.MapPut("/session/password", ChangePassword).WithName("changePassword").WithSummary("Change one's own password; other sessions end").Needs(Role.Reader);
        api.MapPost("/session/second-factor", Offer).WithName("offerSecondFactor").WithSummary("A new secret for an authenticator, not yet in use")
            .WithMetadata(new LooksOnly()).Needs(Role.Reader);
        api.MapPut("/session/second-factor", Choose).WithName("chooseSecondFactor").WithSummary("Use the secret offered, proven by a code of it").Needs(Role.Reader);
        api.MapDelete("/session/second-factor", Drop).WithName("dropSecondFactor").WithSummary("Sign in without a code again; needs a code of it").Needs(Role.Reader);
    }

    private static UserView Finish(SetUpRequest request, SetUp setUp, SignInLimit limit, HttpContext context)
    {
        limit.Begin("set-up", AddressOf(context));
        var user = setUp.Finish(request.Token, request.Name, request.Password);
        limit.Succeeded("set-up", AddressOf(context));
        AuditTrail.TellWho(context, user.Name);
        return user.ToView();
    }

    private static SessionView SignIn(
        SignInRequest request, AccessTables access, Passwords passwords, SignInLimit limit, ServerOptions options, TimeProvider clock, HttpContext context)
    {
        var (name, address) = (request.Name.ToLowerInvariant(), AddressOf(context));
        AuditTrail.TellWho(context, name);
        limit.Begin(name, address);
        var user = access.Users.Find(name);
        if (!passwords.Fits(user?.PasswordHash, request.Password) || user is null) throw new FailureException(FailureCode.SignInFailed, Stage.Input);
        if (user.SecondFactor is not null)
        {
            if (request.Code is null) throw new FailureException(FailureCode.SecondFactorNeeded, Stage.Input);
            user = TakeCode(access, user, request.Code, clock);
        }
        limit.Succeeded(name, address);
        var now = clock.GetUtcNow();
        access.Keys.RemoveExpired(now);
        var session = new KeyRecord(
            Ulid.New(clock).ToString(), KeyKind.Session, user.Name, "", user.Role, VmScope.All, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), now,
            now.AddMinutes(options.SessionMinutes), null);
        context.Response.Cookies.Append(Gate.Cookie, access.Keys.Add(session), new()
        {
            HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", Expires = session.Expires,
        });
        return ViewOf(new(user.Name, KeyKind.Session.ToText(), user.Role, [user.Vms], session), user);
    }

    private static SessionView Show(AccessTables access, HttpContext context) => ViewOf(context.Caller(), access.Users.Find(context.Caller().Name));

    private static NoContent SignOut(AccessTables access, HttpContext context)
    {
        if (context.Caller().Key is { Kind: KeyKind.Session } session) access.Keys.Remove(session.Id);
        context.Response.Cookies.Delete(Gate.Cookie, new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/" });
        return TypedResults.NoContent();
    }

    private static NoContent ChangePassword(PasswordChange request, AccessTables access, Passwords passwords, SignInLimit limit, HttpContext context)
    {
        var (caller, user) = Own(access, context);
        limit.Begin(user.Name, AddressOf(context));
        if (!passwords.Fits(user.PasswordHash, request.Current)) throw new FailureException(FailureCode.SignInFailed, Stage.Input);
        limit.Succeeded(user.Name, AddressOf(context));
        var hash = passwords.Hash(request.New);
        access.Users.Change(user.Name, null, u => u with { PasswordHash = hash });
        access.Keys.RemoveSessions(user.Name, caller.Key?.Id);
        return TypedResults.NoContent();
    }

    private static SecondFactorOffer Offer(AccessTables access, HttpContext context)
    {
        var (_, user) = Own(access, context);
        var secret = OneTimeCode.NewSecret();
        return new(secret, OneTimeCode.UriOf(user.Name, secret));
    }

    private static NoContent Choose(SecondFactorChoice request, AccessTables access, TimeProvider clock, HttpContext context)
    {
        var (_, user) = Own(access, context);
        if (user.SecondFactor is not null) throw Requests.Invalid("secret", "no second factor yet: drop the one there is first");
        if (OneTimeCode.Read(request.Secret) is null) throw Requests.Invalid("secret", "the secret offered");
        if (OneTimeCode.Find(request.Secret, request.Code, clock.GetUtcNow(), 0) is not { } step) throw new FailureException(FailureCode.SignInFailed, Stage.Input);
        access.Users.Change(user.Name, user.Version, u => u with { SecondFactor = request.Secret, SecondFactorStep = step });
        return TypedResults.NoContent();
    }

    private static NoContent Drop(string code, AccessTables access, SignInLimit limit, TimeProvider clock, HttpContext context)
    {
        var (_, user) = Own(access, context);
        if (user.SecondFactor is null) return TypedResults.NoContent();
        limit.Begin(user.Name, AddressOf(context));
        TakeCode(access, user, code, clock);
        limit.Succeeded(user.Name, AddressOf(context));
        access.Users.Change(user.Name, null, u => u with { SecondFactor = null, SecondFactorStep = 0 });
        return TypedResults.NoContent();
    }

    /// <summary>Each code is good once: the catalog's transaction decides between two who come with the same one.</summary>
    private static UserRecord TakeCode(AccessTables access, UserRecord user, string code, TimeProvider clock) =>
        access.Users.Change(user.Name, null, u =>
            u.SecondFactor is { } secret && OneTimeCode.Find(secret, code, clock.GetUtcNow(), u.SecondFactorStep) is { } step
                ? u with { SecondFactorStep = step }
                : throw new FailureException(FailureCode.SignInFailed, Stage.Input));

    /// <summary>Only in one's own session: a token that got lost must not become a password.</summary>
    private static (Caller Caller, UserRecord User) Own(AccessTables access, HttpContext context)
    {
        var caller = context.Caller();
        if (caller.Key is not { Kind: KeyKind.Session } || access.Users.Find(caller.Name) is not { } user)
            throw Requests.Invalid("session", "a session in a browser, not a token or the socket");
        return (caller, user);
    }

    private static SessionView ViewOf(Caller caller, UserRecord? user)
    {
        var patterns = caller.Scopes.Where(s => !s.IsAll).Select(s => s.Patterns!).ToList();
        return new(
            caller.Name, caller.Via, caller.Role.ToText(), patterns.Count == 0 ? null : patterns[^1], user?.SecondFactor is not null, caller.Key?.Expires,
            caller.Key?.Csrf);
    }

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";
}
