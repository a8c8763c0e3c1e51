using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Access;

/// <summary>Tokens for programs: one's own; an administrator sees and ends everybody's.</summary>
internal static class TokenEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tokens", List).WithName("listTokens").WithSummary("One's own tokens; an administrator's list has everybody's").Needs(Role.Reader);
        api.MapPost("/tokens", Add).WithName("addToken").WithSummary("A token for a program; it is shown once").Needs(Role.Reader);
        api.MapDelete("/tokens/{id}", Remove).WithName("removeToken").WithSummary("End a token").Needs(Role.Reader);
    }

    private static IReadOnlyList<TokenView> List(AccessTables access, HttpContext context) => [.. Visible(access, context.Caller()).Select(ToView)];

    private static Created<TokenMade> Add(NewToken request, AccessTables access, TimeProvider clock, HttpContext context)
    {
        var caller = context.Caller();
        var role = UserRules.Role(request.Role);
        if (role > caller.Role) throw new FailureException(FailureCode.NotAllowed, Stage.Input, ("role", role.ToText()));
        var days = Requests.Range("days", request.Days, 1, 730);
        // The socket's caller is no user who could own one. A token makes no tokens: one that got lost must end when it ends.
        if (caller.Key is not { Kind: KeyKind.Session }) throw Requests.Invalid("session", "a session in a browser, not a token or the socket");
        var now = clock.GetUtcNow();
        var token = new KeyRecord(
            Ulid.New(clock).ToString(), KeyKind.Token, caller.Name, UserRules.Label(request.Label), role, UserRules.Vms(request.Vms), null, now, now.AddDays(days), null);
        return TypedResults.Created($"/api/v1/tokens/{token.Id}", new TokenMade(access.Keys.Add(token), ToView(token)));
    }

    private static NoContent Remove(string id, AccessTables access, HttpContext context)
    {
        if (Visible(access, context.Caller()).All(t => t.Id != id)) throw new FailureException(FailureCode.TokenNotFound, Stage.Input, ("token", id));
        access.Keys.Remove(id);
        return TypedResults.NoContent();
    }

    private static IReadOnlyList<KeyRecord> Visible(AccessTables access, Caller caller) =>
        access.Keys.ListTokens(caller is { Role: Role.Admin, SeesAll: true } ? null : caller.Name);

    private static TokenView ToView(KeyRecord t) => new(t.Id, t.Owner, t.Label, t.Role.ToText(), t.Vms.Patterns, t.Created, t.Expires, t.LastUsed);
}
