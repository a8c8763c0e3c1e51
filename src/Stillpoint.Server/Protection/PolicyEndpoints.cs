using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Server.Points;
using Stillpoint.Server.Vaults;

namespace Stillpoint.Server.Protection;

/// <summary>Policies are everybody's to read, and change for all VMs under them: so only by whoever may see every VM.</summary>
internal static class PolicyEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/policies", List).WithName("listPolicies").WithSummary("Policies, by name").Needs(Role.Reader);
        api.MapGet("/policies/{policy}", Show).WithName("showPolicy").WithSummary("One policy, with its ETag").Needs(Role.Reader);
        api.MapPut("/policies/{policy}", Put).WithName("putPolicy").WithSummary("Without If-Match a new policy; with the ETag that was read, in its place")
            .Produces<PolicyView>(StatusCodes.Status201Created).Needs(Role.Admin, wholeOnly: true);
        api.MapDelete("/policies/{policy}", Remove).WithName("removePolicy").WithSummary("Refused while VMs or rules are under it; confirm is its name")
            .Needs(Role.Admin, wholeOnly: true);
        api.MapGet("/policies/{policy}/preview", PreviewAsync).WithName("previewPolicy").WithSummary("The next windows, and the points its retention keeps: of vm, else those there would be")
            .Needs(Role.Reader);
        api.MapPost("/policies/preview", PreviewBodyAsync).WithName("previewNewPolicy").WithSummary("The same of a policy that is not stored yet")
            .WithMetadata(new LooksOnly()).Needs(Role.Operator);
    }

    /// <summary>Protected VMs that the caller may know of.</summary>
    public static IEnumerable<ProtectedVm> Seen(this StillpointControl control, Caller caller) => control.Protection.List().Where(v => caller.Sees(v.Name));

    private static IReadOnlyList<PolicyView> List(StillpointControl control, HttpContext context)
    {
        var seen = control.Seen(context.Caller()).ToList();
        return [.. control.Policies.List().Select(p => p.ToView(seen))];
    }

    private static PolicyView Show(string policy, StillpointControl control, HttpContext context) => Answer(control.Policies.Find(policy), control, context);

    private static Results<Ok<PolicyView>, Created<PolicyView>> Put(string policy, PolicyBody body, StillpointControl control, HttpContext context)
    {
        var asked = PolicyViews.Read(body, policy);
        if (context.Request.Headers.IfMatch.Count == 0)
            return TypedResults.Created($"/api/v1/policies/{policy}", Answer(control.Policies.Add(asked), control, context));
        var version = ETags.Match(context) ?? control.Policies.Find(policy).Version;
        return TypedResults.Ok(Answer(control.Policies.Change(asked, version), control, context));
    }

    private static NoContent Remove(string policy, string? confirm, StillpointControl control)
    {
        control.Policies.Find(policy);
        Requests.Confirm(confirm, policy);
        control.Policies.Remove(policy);
        return TypedResults.NoContent();
    }

    private static Task<PolicyPreviewView> PreviewAsync(
        string policy, int? runs, string? vm, StillpointControl control, ServiceVault vaults, KnownPoints known, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        PreviewOfAsync(control.Policies.Find(policy).Policy, runs, vm, vaults, known, clock, context, ct);

    private static Task<PolicyPreviewView> PreviewBodyAsync(
        PolicyBody body, int? runs, string? vm, ServiceVault vaults, KnownPoints known, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        PreviewOfAsync(PolicyViews.Read(body, null), runs, vm, vaults, known, clock, context, ct);

    private static async Task<PolicyPreviewView> PreviewOfAsync(
        Policy policy, int? runs, string? vm, ServiceVault vaults, KnownPoints known, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var count = Requests.Range("runs", runs ?? PolicyPreview.DefaultRuns, 1, PolicyPreview.MostRuns);
        var points = vm is null ? null : await PointEndpoints.OfVmAsync(vaults, known, vm, context.Caller(), ct);
        return PolicyPreview.Of(policy, count, points?.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank)).ToList(), clock.GetUtcNow())
            .ToView(policy.Name, real: points is not null);
    }

    private static PolicyView Answer(StoredPolicy stored, StillpointControl control, HttpContext context)
    {
        ETags.Set(context, stored.Version);
        return stored.ToView(control.Seen(context.Caller()));
    }
}
