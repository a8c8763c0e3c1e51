using Stillpoint.Hypervisor.Host;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>One VM. Holds nothing but its id: every call looks it up anew.</summary>
internal sealed partial class LibvirtDomain(LibvirtConnection connection, VmId id, string name) : IDomain
{
    // A freeze of QEMU's exit or a slow storage start can take its time; libvirt answers when it is done.
    private static readonly TimeSpan PowerBound = TimeSpan.FromMinutes(2);

    public VmId Id => id;

    public string Name => name;

    public Task<DomainState> GetStateAsync(CancellationToken ct) => RunAsync(Stage.Preflight, ReadState, ct);

    public Task<DomainConfig> GetConfigAsync(bool inactive, CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
        DomainXml.Parse(Check.Text(NativeMethods.virDomainGetXMLDesc(domain, inactive ? VirFlag.XmlInactive : 0), "virDomainGetXMLDesc")), ct);

    public Task<long> GetDiskSizeAsync(string disk, CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
    {
        Check.Result(NativeMethods.virDomainGetBlockInfo(domain, disk, out var info, 0), "virDomainGetBlockInfo");
        return (long)info.Capacity;
    }, ct);

    public Task<bool> HasInternalSnapshotsAsync(CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
        Check.Result(NativeMethods.virDomainListAllSnapshots(domain, 0, VirFlag.SnapshotInternal), "virDomainListAllSnapshots") > 0, ct);

    public Task StartAsync(CancellationToken ct) => PowerAsync(
        domain => Check.Result(NativeMethods.virDomainCreate(domain), "virDomainCreate"), ct);

    public Task ShutdownAsync(CancellationToken ct) => PowerAsync(
        domain => Check.Result(NativeMethods.virDomainShutdown(domain), "virDomainShutdown"), ct);

    public Task ResumeAsync(CancellationToken ct) => PowerAsync(
        domain => Check.Result(NativeMethods.virDomainResume(domain), "virDomainResume"), ct);

    public Task DestroyAsync(CancellationToken ct) => PowerAsync(domain =>
    {
        if (NativeMethods.virDomainDestroy(domain) == 0) return 0;
        var error = NativeError.Last();
        return error.Code == VirError.OperationInvalid ? 0 : throw new LibvirtException("virDomainDestroy", error);
    }, ct);

    public Task UndefineAsync(CancellationToken ct) => PowerAsync(domain => Check.Result(
        NativeMethods.virDomainUndefineFlags(
            domain,
            VirFlag.UndefineManagedSave | VirFlag.UndefineSnapshotsMetadata | VirFlag.UndefineNvram | VirFlag.UndefineCheckpointsMetadata),
        "virDomainUndefineFlags"), ct);

    public Task<bool> GetAutostartAsync(CancellationToken ct) => RunAsync(Stage.Preflight, domain =>
    {
        Check.Result(NativeMethods.virDomainGetAutostart(domain, out var on), "virDomainGetAutostart");
        return on != 0;
    }, ct);

    public Task SetAutostartAsync(bool on, CancellationToken ct) => RunAsync(
        Stage.Restore, domain => Check.Result(NativeMethods.virDomainSetAutostart(domain, on ? 1 : 0), "virDomainSetAutostart"), ct);

    private static DomainState ReadState(DomainHandle domain)
    {
        var (power, ioError) = DomainReading.State(domain.DangerousGetHandle());
        var run = NativeMethods.virDomainGetID(domain);
        return new(power, ioError, run);
    }

    private static bool IsOff(DomainHandle domain) => ReadState(domain).Power is PowerState.Off or PowerState.Crashed;

    private Task PowerAsync(Func<DomainHandle, int> body, CancellationToken ct) =>
        connection.WithDomainAsync(id, Stage.Restore, PowerBound, body, ct);

    private Task<T> RunAsync<T>(Stage stage, Func<DomainHandle, T> body, CancellationToken ct) =>
        connection.WithDomainAsync(id, stage, NativeCall.DefaultBound, body, ct);
}
