using Stillpoint.Control.Catalog;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <param name="Vms">How many the host has.</param>
/// <param name="Protected">Names of VMs that a rule took.</param>
/// <param name="Released">Names of VMs that no rule fits any more.</param>
/// <param name="Orphaned">Names of protected VMs that are gone.</param>
public sealed record Discovered(int Vms, IReadOnlyList<string> Protected, IReadOnlyList<string> Released, IReadOnlyList<string> Orphaned);

/// <summary>
/// Compares what a host has with what is protected: new VMs meet the rules, VMs that are gone become orphaned and keep their points, those that came back are
/// as before. What a host does not tell, because it is out of reach, changes nothing.
/// </summary>
internal sealed class Discovery(CatalogDatabase database, PlaceTable places, ProtectionTable protection)
{
    public async Task<Discovered> RunAsync(IHypervisorHost host, CancellationToken ct)
    {
        var uri = host.Uri.Text;
        var there = await host.ListDomainsAsync(ct);
        var known = protection.List();
        var verdicts = await JudgeAsync(host, there, known.ToDictionary(v => v.Id), ct);
        List<string> taken = [], released = [], orphaned = [];
        database.InTransaction(() =>
        {
            foreach (var vm in there)
            {
                places.VmSeen(vm.Id, vm.Name, uri);
                protection.Seen(vm.Id, vm.Name, uri);
            }
            foreach (var gone in known.Where(v => v.Host == uri && v.Orphaned is null).ExceptBy(there.Select(t => t.Id), v => v.Id))
            {
                protection.Orphan(gone.Id);
                orphaned.Add(gone.Name);
            }
            foreach (var (vm, rule, storage) in verdicts)
            {
                if (rule is null) protection.Release(vm.Id);
                else protection.Protect(vm.Id, vm.Name, uri, storage, rule.Policy, rule.Name);
                (rule is null ? released : taken).Add(vm.Name);
            }
        });
        return new(there.Count, taken, released, orphaned);
    }

    /// <summary>What the rules change: VMs to be taken with their rule, and those to be released.</summary>
    private async Task<List<(DomainSummary Vm, ProtectRule? Rule, string Storage)>> JudgeAsync(
        IHypervisorHost host, IReadOnlyList<DomainSummary> there, Dictionary<VmId, ProtectedVm> known, CancellationToken ct)
    {
        var (rules, exceptions, mounts) = (protection.Rules, protection.Exceptions, VmStorage.Mounts());
        var verdicts = new List<(DomainSummary, ProtectRule?, string)>();
        foreach (var vm in there)
        {
            var now = known.GetValueOrDefault(vm.Id);
            if (now is { Rule: null } || exceptions.Contains(vm.Id.ToString())) continue;
            try
            {
                var rule = await FirstAsync(rules, host, vm, ct);
                if (rule is null && now is not null) verdicts.Add((vm, null, ""));
                if (rule is null || (now is not null && now.Rule == rule.Name && now.Policy == rule.Policy)) continue;
                var config = await (await host.FindDomainAsync(vm.Id.ToString(), ct)).GetConfigAsync(inactive: false, ct);
                verdicts.Add((vm, rule, VmStorage.Of(host.Uri.Text, config, mounts)));
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound)
            {
                // Gone between the list and the question; the next look tells.
            }
        }
        return verdicts;
    }

    private static async Task<ProtectRule?> FirstAsync(IReadOnlyList<ProtectRule> rules, IHypervisorHost host, DomainSummary vm, CancellationToken ct)
    {
        string? xml = null;
        foreach (var rule in rules)
        {
            if (await rule.FitsAsync(vm.Name, host.Uri.Text, XmlAsync)) return rule;
        }
        return null;

        async Task<string> XmlAsync() => xml ??= (await (await host.FindDomainAsync(vm.Id.ToString(), ct)).GetConfigAsync(inactive: true, ct)).Xml;
    }
}
