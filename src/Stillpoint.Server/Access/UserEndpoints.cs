using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Access;

internal static class UserEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/users", List).WithName("listUsers").WithSummary("Who may sign in").Needs(Role.Admin, wholeOnly: true);
        api.MapPost("/users", Add).WithName("addUser").WithSummary("A further user").Needs(Role.Admin, wholeOnly: true);
        api.MapGet("/users/{name}", Show).WithName("showUser").WithSummary("One user, with its ETag").Needs(Role.Admin, wholeOnly: true);
        api.MapPut("/users/{name}", Change).WithName("changeUser").WithSummary("Role, VMs, password; needs the ETag that was read as If-Match")
            .Needs(Role.Admin, wholeOnly: true);
        api.MapDelete("/users/{name}", Remove).WithName("removeUser").WithSummary("The user, with sessions and tokens; confirm is its name")
            .Needs(Role.Admin, wholeOnly: true);
    }

    public static UserView ToView(this UserRecord u) => new(u.Name, u.Role.ToText(), u.Vms.Patterns, u.SecondFactor is not null, u.Created);

    private static IReadOnlyList<UserView> List(AccessTables access) => [.. access.Users.List().Select(ToView)];

    private static Created<UserView> Add(NewUser request, AccessTables access, Passwords passwords, TimeProvider clock)
    {
        var user = new UserRecord(
            UserRules.Name(request.Name), UserRules.Role(request.Role), UserRules.Vms(request.Vms), passwords.Hash(request.Password), null, 0, 1, clock.GetUtcNow());
        access.Users.Add(user);
        return TypedResults.Created($"/api/v1/users/{Uri.EscapeDataString(user.Name)}", user.ToView());
    }

    private static UserView Show(string name, AccessTables access, HttpContext context)
    {
        var user = access.Users.Find(name) ?? throw new FailureException(FailureCode.UserNotFound, Stage.Input, ("user", name));
        ETags.Set(context, user.Version);
        return user.ToView();
    }

    private static UserView Change(string name, UserChange request, AccessTables access, Passwords passwords, HttpContext context)
    {
        var (role, vms) = (UserRules.Role(request.Role), UserRules.Vms(request.Vms));
        var expected = ETags.MustMatch(context);
        var hash = request.Password is { } password ? passwords.Hash(password) : null;
        var user = access.Users.Change(name, expected, u => u with
        {
            Role = role, Vms = vms, PasswordHash = hash ?? u.PasswordHash, SecondFactor = request.RemoveSecondFactor ? null : u.SecondFactor,
        });
        if (hash is not null) access.Keys.RemoveSessions(user.Name, context.Caller().Key?.Id);
        ETags.Set(context, user.Version);
        return user.ToView();
    }

    private static NoContent Remove(string name, string? confirm, AccessTables access, HttpContext context)
    {
        var user = access.Users.Find(name) ?? throw new FailureException(FailureCode.UserNotFound, Stage.Input, ("user", name));
        Requests.Confirm(confirm, user.Name);
        access.Users.Remove(user.Name, ETags.Match(context));
        return TypedResults.NoContent();
    }
}
