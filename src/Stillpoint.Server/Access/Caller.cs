using Stillpoint.Control.Access;
using Stillpoint.Model;

namespace Stillpoint.Server.Access;

/// <summary>Who is asking, and for which VMs.</summary>
/// <param name="Via">session, token, socket.</param>
/// <param name="Key">The session or token; null over the socket.</param>
internal sealed record Caller(string Name, string Via, Role Role, IReadOnlyList<VmScope> Scopes, KeyRecord? Key)
{
    public const string Socket = "socket";

    /// <summary>Whoever may open the service's socket is its own user or root, who could open the catalog and the vault's key as well.</summary>
    public static Caller Local { get; } = new("local", Socket, Role.Admin, [], null);

    public bool IsLocal => Via == Socket;

    /// <summary>Also asks for what belongs to no VM: a vault's jobs, its statistics.</summary>
    public bool SeesAll => Scopes.All(s => s.IsAll);

    public bool Sees(string vm) => Scopes.All(s => s.Allows(vm));

    /// <summary>A VM it may not know of is not there: the answer is that of one that does not exist.</summary>
    /// <exception cref="FailureException">VmNotFound.</exception>
    public void MustSee(string vm, string asked)
    {
        if (!Sees(vm)) throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", asked));
    }
}

/// <summary>What an endpoint asks of its caller. One without it answers nobody.</summary>
/// <param name="Role">Null: anybody, signed in or not.</param>
/// <param name="WholeOnly">Not for callers who may see some VMs only: it shows or changes what belongs to all.</param>
internal sealed record AccessRule(Role? Role, bool WholeOnly);

internal static class CallerContext
{
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new FailureException(FailureCode.NotSignedIn, Stage.Input);

    public static T Needs<T>(this T endpoint, Role role, bool wholeOnly = false) where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AccessRule(role, wholeOnly));

    public static T ForAnybody<T>(this T endpoint) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRule(null, false));
}
