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

    /// <summary>One with these VMs, as they are at each question; its filters are what libvirt has, by name with what they refer to.</summary>
    public static IHypervisorHost Of(IReadOnlyList<FakeVm> vms, string uri = "qemu:///system") => PartialFake.Of<IHypervisorHost>(
        ("FindNetworkAsync", _ => Task.FromResult<string?>(null)),
        ("FindFilterAsync", a => Task.FromResult((string)a[0]! switch
        {
            "clean-traffic" => "<filter name='clean-traffic'><filterref filter='no-mac-spoofing'/><filterref filter='no-ip-spoofing'/><filterref filter='no-arp-spoofing'/></filter>",
            "ours" => "<filter name='ours'><filterref filter='clean-traffic'/><filterref filter='ours'/></filter>",
            "half" => "<filter name='half'><filterref filter='no-mac-spoofing'/></filter>",
            var other => other.StartsWith("no-", StringComparison.Ordinal) ? $"<filter name='{other}'/>" : null,
        })),
        ("get_Uri", _ => HostUri.Parse(uri)),
        ("DisposeAsync", _ => ValueTask.CompletedTask),
        ("ListDomainsAsync", _ => Task.FromResult<IReadOnlyList<DomainSummary>>([.. vms.Select(v => new DomainSummary(v.Id, v.Name, PowerState.Running, true))])),
        ("FindDomainAsync", a => vms.FirstOrDefault(v => v.Name == (string)a[0]! || v.Id.ToString() == (string)a[0]!) is { } found
            ? Task.FromResult(DomainOf(found))
            : Task.FromException<IDomain>(new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", (string)a[0]!), ("uri", uri)))));

    private static IDomain DomainOf(FakeVm vm) => PartialFake.Of<IDomain>(
        ("GetStateAsync", _ => Task.FromResult(new DomainState(PowerState.Off, false, -1))),
        ("ListAddressesAsync", a => Task.FromResult<IReadOnlyList<InterfaceAddress>>(vm.Addresses.GetValueOrDefault((AddressSource)a[0]!) ?? [])),
        ("get_Id", _ => vm.Id), ("get_Name", _ => vm.Name),
        ("GetConfigAsync", _ => Task.FromResult(new DomainConfig(
            vm.Xml, [new("vda", "disk", DiskSourceKind.File, "qcow2", vm.Disk, false, false, null)], null, null, null, false, true))));

    private static IDomain Domain() => PartialFake.Of<IDomain>(
        ("get_Id", _ => Vm), ("get_Name", _ => VmName),
        ("GetStateAsync", _ => Task.FromResult(new DomainState(PowerState.Running, false, 7))),
        ("StartAsync", _ => Task.FromException(new FailureException(FailureCode.HostRefused, Stage.Restore, ("call", "virDomainCreate")))),
        ("ShutdownAsync", _ => Task.CompletedTask),
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

public sealed record FakeVm(VmId Id, string Name, string Xml = "<domain/>", string Disk = "/v/a.qcow2")
{
    public IReadOnlyDictionary<AddressSource, InterfaceAddress[]> Addresses { get; init; } = new Dictionary<AddressSource, InterfaceAddress[]>();

    public static FakeVm Numbered(int number, string name) => new(new(new Guid(number, 0, 0, new byte[8])), name);
}
