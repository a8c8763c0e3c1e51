using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Catalog;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Protection;
using Stillpoint.Vault;

namespace Stillpoint.Server.Health;

/// <summary>The newest points against what policies promise, by the same measure as the alert of a missed objective.</summary>
internal static class ProtectionCounting
{
    private enum Standing
    {
        NoObjective,
        Within,
        Past,
        AwaitingFirst,
    }

    /// <param name="there">The host's VMs that the caller may see; null: it could not be asked.</param>
    /// <param name="points">So of the vault's series.</param>
    public static ProtectionCounts Of(
        StillpointControl control, Caller caller, IReadOnlyList<DomainSummary>? there, IReadOnlyList<SeriesLine>? points, DateTimeOffset now)
    {
        var vms = control.Seen(caller).Where(v => v.Orphaned is null).ToList();
        var ids = vms.Select(v => v.Id).ToHashSet();
        var policies = control.Policies.List().ToDictionary(p => p.Policy.Name, p => p.Policy);
        var newest = points?.ToDictionary(p => p.Series.Value, p => p.Newest);
        var none = vms.Count(v => policies[v.Policy].Objective is null);
        var standings = newest is null ? null : vms.ConvertAll(v => StandingOf(v, policies[v.Policy], newest.TryGetValue(v.Id.Value, out var taken) ? taken : null, now));
        return new(
            vms.Count, there?.Count(v => !ids.Contains(v.Id)), standings?.Count(s => s is Standing.Within), standings?.Count(s => s is Standing.Past),
            standings?.Count(s => s is Standing.AwaitingFirst), none);
    }

    private static Standing StandingOf(ProtectedVm vm, Policy policy, DateTimeOffset? newest, DateTimeOffset now)
    {
        if (policy.Objective is not { } objective) return Standing.NoObjective;
        // A VM just put under a policy has as long for its first point.
        var since = newest > vm.Since ? newest.Value : vm.Since;
        return now - since > objective ? Standing.Past : newest is null ? Standing.AwaitingFirst : Standing.Within;
    }
}
