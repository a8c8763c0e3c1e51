using Stillpoint.Control.Catalog;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>A VM of a host with its policy.</summary>
/// <param name="State">libvirt's at this moment; <c>gone</c>: protected, but the host no longer knows it.</param>
/// <param name="Policy">Null: it is not protected.</param>
public sealed record VmRow(string Name, VmId Id, string State, string? Policy)
{
    public const string Gone = "gone";

    /// <summary>By name; those that are gone last: their points are still in the vault, so they must not vanish.</summary>
    internal static IReadOnlyList<VmRow> Of(string host, IEnumerable<DomainSummary> there, IReadOnlyList<ProtectedVm> known)
    {
        var vms = there.OrderBy(v => v.Name, StringComparer.Ordinal).ToArray();
        var policies = known.ToDictionary(v => v.Id, v => v.Policy);
        return
        [
            .. vms.Select(v => new VmRow(v.Name, v.Id, v.State.ToText(), policies.GetValueOrDefault(v.Id))),
            .. known.Where(v => v.Orphaned is not null && v.Host == host).ExceptBy(vms.Select(v => v.Id), v => v.Id).Select(g => new VmRow(g.Name, g.Id, Gone, g.Policy)),
        ];
    }
}
