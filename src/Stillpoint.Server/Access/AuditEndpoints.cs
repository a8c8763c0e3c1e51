using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Access;

internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/audit", List).WithName("listAudit").WithSummary("Every change that was asked for, newest first").Needs(Role.Admin, wholeOnly: true);

    private static Page<AuditView> List(AccessTables access, string? who, string? after, int? limit)
    {
        var count = Requests.Limit(limit);
        var found = access.Audit.List(who, after, count + 1);
        return Requests.PageOf(
            [.. found.Select(a => new AuditView(a.Id, a.At, a.Who, a.Via, a.Address, a.Action, a.Target, a.Outcome, a.Job))], count, a => a.Id);
    }
}
