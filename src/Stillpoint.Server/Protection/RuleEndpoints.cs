using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Protection;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Protection;

/// <summary>Rules look at every VM, and so do those who may ask for them.</summary>
internal static class RuleEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/rules", List).WithName("listRules").WithSummary("Rules by name, the order they are tried in").Needs(Role.Reader, wholeOnly: true);
        api.MapPost("/rules", Add).WithName("addRule").WithSummary("Puts VMs under a policy by name, metadata or host, at the next look").Needs(Role.Admin, wholeOnly: true);
        api.MapPut("/rules/{rule}", Put).WithName("putRule").WithSummary("In place of the rule of that name, or a new one; confirm is its name where VMs are under it, which may not fit any more").Needs(Role.Admin, wholeOnly: true);
        api.MapDelete("/rules/{rule}", Remove).WithName("removeRule").WithSummary("The VMs it protected are so no longer; their points stay; confirm is its name")
            .Needs(Role.Admin, wholeOnly: true);
    }

    private static IReadOnlyList<RuleView> List(StillpointControl control)
    {
        var vms = control.Protection.List().ToLookup(v => v.Rule);
        return [.. control.Protection.Rules.Select(r => ToView(r, vms[r.Name].Count()))];
    }

    private static Created<RuleView> Add(NewRule request, StillpointControl control)
    {
        var rule = new ProtectRule(request.Name, request.Policy, request.Match, request.Metadata, request.Host);
        control.Protection.AddRule(rule);
        return TypedResults.Created($"/api/v1/rules/{rule.Name}", ToView(rule, 0));
    }

    private static RuleView Put(string rule, string? confirm, NewRule request, StillpointControl control)
    {
        if (request.Name != rule) throw Requests.Invalid("name", rule);
        var under = control.Protection.List().Count(v => v.Rule == rule);
        if (under > 0) Requests.Confirm(confirm, rule);
        var put = new ProtectRule(rule, request.Policy, request.Match, request.Metadata, request.Host);
        control.Protection.PutRule(put);
        return ToView(put, under);
    }

    private static RuleRemoved Remove(string rule, string? confirm, StillpointControl control)
    {
        Requests.Confirm(confirm, rule);
        return new(rule, control.Protection.RemoveRule(rule));
    }

    private static RuleView ToView(ProtectRule rule, int vms) => new(rule.Name, rule.Policy, rule.Pattern, rule.Metadata, rule.Host, vms);
}
