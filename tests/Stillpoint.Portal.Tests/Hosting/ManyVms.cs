using System.Globalization;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Portal.Tests.Hosting;

internal sealed record KnownVm(VmId Id, string Name, PowerState State);

/// <summary>A host with five hundred VMs, as far as the portal asks of them.</summary>
internal static class ManyVms
{
    private static readonly string[] Groups = ["web", "db", "app", "mail", "build"];

    public static IReadOnlyList<KnownVm> All { get; } = Of(500);

    public static IReadOnlyList<KnownVm> Of(int count) => [.. Enumerable.Range(0, count).Select(Vm)];

    public static IHypervisorHost Host() => Host(All);

    public static IHypervisorHost Host(IReadOnlyList<KnownVm> all) => PartialFake.Of<IHypervisorHost>(
        ("get_Uri", _ => HostUri.Default),
        ("DisposeAsync", _ => ValueTask.CompletedTask),
        ("ListDomainsAsync", _ => Task.FromResult<IReadOnlyList<DomainSummary>>([.. all.Select(v => new DomainSummary(v.Id, v.Name, v.State, true))])),
        ("FindDomainAsync", a => all.FirstOrDefault(v => v.Name == (string)a[0]! || v.Id.ToString() == (string)a[0]!) is { } found
            ? Task.FromResult(DomainOf(found))
            : Task.FromException<IDomain>(new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", (string)a[0]!)))));

    private static KnownVm Vm(int number) => new(
        new(new Guid(number + 1, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1)),
        string.Create(CultureInfo.InvariantCulture, $"{Groups[number % Groups.Length]}-{number / Groups.Length + 1:000}"),
        number % 25 == 24 ? PowerState.Paused : number % 7 == 6 ? PowerState.Off : PowerState.Running);

    private static IDomain DomainOf(KnownVm vm) => PartialFake.Of<IDomain>(
        ("get_Id", _ => vm.Id), ("get_Name", _ => vm.Name),
        ("GetStateAsync", _ => Task.FromResult(new DomainState(vm.State, false, 7))),
        ("HasInternalSnapshotsAsync", _ => Task.FromResult(false)),
        ("GetDiskSizeAsync", _ => Task.FromResult(40L << 30)),
        ("ListCheckpointsAsync", _ => Task.FromResult<IReadOnlyList<Checkpoint>>([new("stillpoint-0123abcd-" + vm.Name, null, default, null)])),
        ("GetConfigAsync", _ => Task.FromResult(new DomainConfig(
            "<domain/>",
            [
                new("vda", "disk", DiskSourceKind.File, "qcow2", $"/var/lib/libvirt/images/{vm.Name}.qcow2", false, false, null),
                new("vdb", "disk", DiskSourceKind.File, "raw", $"/var/lib/libvirt/images/{vm.Name}-data.raw", false, false, null),
                new("sda", "cdrom", DiskSourceKind.None, "raw", null, false, true, Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile, ("disk", "sda"), ("reason", "cdrom"))),
            ],
            null, null, null, false, true))));
}
