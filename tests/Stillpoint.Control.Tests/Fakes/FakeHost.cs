using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Tests.Fakes;

/// <summary>A host with one VM, "guest", as far as Control and the CLI ask.</summary>
public static class FakeHost
{
    public const string VmName = "guest";
    public static readonly VmId Vm = new(Guid.Parse("6f8d1f0a-3b1c-4a55-9d2e-0a1b2c3d4e5f"));

    public static IHypervisorHost New() => PartialFake.Of<IHypervisorHost>(
        ("get_Uri", _ => HostUri.Default),
        ("DisposeAsync", _ => ValueTask.CompletedTask),
        ("ListDomainsAsync", _ => Task.FromResult<IReadOnlyList<DomainSummary>>([new(Vm, VmName, PowerState.Running, true)])),
        ("FindDomainAsync", a => (string)a[0]! == VmName || (string)a[0]! == Vm.ToString()
            ? Task.FromResult(Domain())
            : Task.FromException<IDomain>(new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", (string)a[0]!), ("uri", "qemu:///system")))));

    private static IDomain Domain() => PartialFake.Of<IDomain>(
        ("get_Id", _ => Vm), ("get_Name", _ => VmName),
        ("GetStateAsync", _ => Task.FromResult(new DomainState(PowerState.Running, false, 7))),
        ("HasInternalSnapshotsAsync", _ => Task.FromResult(false)),
        ("GetDiskSizeAsync", _ => Task.FromResult(8L << 30)),
        ("ListCheckpointsAsync", _ => Task.FromResult<IReadOnlyList<Checkpoint>>([new("stillpoint-0123abcd-x", null, default, null)])),
        ("GetConfigAsync", _ => Task.FromResult(new DomainConfig(
            "<domain/>",
            [
                new("vda", "disk", DiskSourceKind.File, "qcow2", "/v/a.qcow2", false, false, null),
                new("vdb", "disk", DiskSourceKind.File, "raw", "/v/b.raw", false, false, null),
                new("sda", "cdrom", DiskSourceKind.None, "raw", null, false, true, Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile, ("disk", "sda"), ("reason", "cdrom"))),
            ],
            null, null, null, false, true))));
}
