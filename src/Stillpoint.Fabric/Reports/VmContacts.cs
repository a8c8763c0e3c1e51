using System.Collections.Concurrent;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Reports;

/// <summary>One <see cref="VmContact"/> for each VM that is known; no more, since only known VMs get here.</summary>
internal sealed class VmContacts(TimeProvider clock)
{
    private readonly ConcurrentDictionary<VmId, VmContact> _contacts = new();

    public VmContact Of(VmId vm) => _contacts.GetOrAdd(vm, _ => new(clock));

    /// <summary>Null: it has not asked for anything since this program started.</summary>
    public Contact? Find(VmId vm) => _contacts.TryGetValue(vm, out var contact) ? contact.Read() : null;

    public void Remove(VmId vm) => _contacts.TryRemove(vm, out _);
}
