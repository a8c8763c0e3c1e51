using System.Xml.Linq;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Tests.Restore;

/// <summary>
/// Definitions by UUID, as libvirt keeps them; undefining removes the file at the NVRAM's path, as libvirt does.
/// </summary>
internal sealed class RestoreHost : IHypervisorHost
{
    public Dictionary<Guid, string> Definitions { get; private init; } = [];

    public HashSet<Guid> Running { get; private init; } = [];

    public HashSet<Guid> Autostart { get; private init; } = [];

    public Failure? RefuseDefine { get; set; }

    public string PoolFolder { get; set; } = "";

    public HostUri Uri => HostUri.Default;

    public bool IsAlive => true;

    public RestoreHost Copy() => new() { Definitions = new(Definitions), Running = [.. Running], Autostart = [.. Autostart] };

    public Task<IReadOnlyList<DomainSummary>> ListDomainsAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<DomainSummary>>(
        [.. Definitions.Select(d => new DomainSummary(new(d.Key), NameOf(d.Value), Running.Contains(d.Key) ? PowerState.Running : PowerState.Off, true))]);

    public Task<IDomain> FindDomainAsync(string nameOrUuid, CancellationToken ct)
    {
        foreach (var (id, xml) in Definitions)
            if (id.ToString() == nameOrUuid || NameOf(xml) == nameOrUuid) return Task.FromResult<IDomain>(new Vm(this, id, NameOf(xml)));
        throw new FailureException(FailureCode.VmNotFound, Stage.Connect, ("vm", nameOrUuid));
    }

    public Task<IDomain> DefineAsync(string xml, CancellationToken ct)
    {
        if (RefuseDefine is { } refused) throw new FailureException(refused);
        var root = XElement.Parse(xml);
        var id = (string?)root.Element("uuid") is { } uuid ? Guid.Parse(uuid) : Guid.NewGuid();
        Definitions[id] = xml;
        return Task.FromResult<IDomain>(new Vm(this, id, NameOf(xml)));
    }

    public Task<string> FindPoolFolderAsync(string pool, CancellationToken ct) => Task.FromResult(PoolFolder);

    public Task<string?> FindNetworkAsync(string name, bool inactive, CancellationToken ct) => throw new NotSupportedException();

    public Task DefineNetworkAsync(string xml, CancellationToken ct) => throw new NotSupportedException();

    public Task<string?> FindFilterAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public IDisposable Subscribe(VmId vm, Action<DomainEvent> handler) => throw new NotSupportedException();

    public Task<IHypervisorHost> OpenAnotherAsync(CancellationToken ct) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string NameOf(string xml) => (string)XElement.Parse(xml).Element("name")!;

    private sealed class Vm(RestoreHost host, Guid id, string name) : IDomain
    {
        public VmId Id => new(id);

        public string Name => name;

        public Task<DomainState> GetStateAsync(CancellationToken ct) => Task.FromResult(host.Running.Contains(id)
            ? new DomainState(PowerState.Running, false, 1)
            : new DomainState(PowerState.Off, false, -1));

        public Task<DomainReadings> ReadCountersAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<LiveBitmap>> ListLiveBitmapsAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<GuestOutput?> RunInGuestAsync(string script, IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<InterfaceAddress>> ListAddressesAsync(AddressSource source, CancellationToken ct) => throw new NotSupportedException();

        public Task UpdateInterfaceAsync(string xml, bool live, CancellationToken ct) => throw new NotSupportedException();

        public Task AddAgentChannelAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task RemoveAgentChannelAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken ct)
        {
            host.Running.Add(id);
            return Task.CompletedTask;
        }

        public Task UndefineAsync(CancellationToken ct)
        {
            if ((string?)XElement.Parse(host.Definitions[id]).Element("os")?.Element("nvram") is { Length: > 0 } nvram) File.Delete(nvram);
            host.Definitions.Remove(id);
            host.Autostart.Remove(id);
            return Task.CompletedTask;
        }

        public Task SetAutostartAsync(bool on, CancellationToken ct)
        {
            if (on) host.Autostart.Add(id);
            else host.Autostart.Remove(id);
            return Task.CompletedTask;
        }

        public Task<bool> GetAutostartAsync(CancellationToken ct) => Task.FromResult(host.Autostart.Contains(id));

        public Task<DomainConfig> GetConfigAsync(bool inactive, CancellationToken ct) => throw new NotSupportedException();

        public Task<long> GetDiskSizeAsync(string disk, CancellationToken ct) => throw new NotSupportedException();

        public Task<RunningJob?> GetJobAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyList<Checkpoint>> ListCheckpointsAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<bool> HasInternalSnapshotsAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task BeginBackupAsync(BackupRequest request, CancellationToken ct) => throw new NotSupportedException();

        public Task<bool> OwnsBackupAsync(string socketPath, CancellationToken ct) => throw new NotSupportedException();

        public Task AbortJobAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, long>> GetScratchUseAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task SetScratchThresholdAsync(string disk, long bytes, CancellationToken ct) => throw new NotSupportedException();

        public Task DeleteCheckpointAsync(string checkpoint, CancellationToken ct) => throw new NotSupportedException();

        public Task<RemovedBitmaps> RemoveBitmapsAsync(string prefix, CancellationToken ct) => throw new NotSupportedException();

        public Task HideCheckpointAsync(string checkpoint, Action<string> keep, CancellationToken ct) => throw new NotSupportedException();

        public Task RedefineCheckpointAsync(string xml, CancellationToken ct) => throw new NotSupportedException();

        public Task ShutdownAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task ResumeAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task DestroyAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<IGuestChannel> OpenAgentChannelAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<string> AgentCommandAsync(string json, TimeSpan timeout, CancellationToken ct) => throw new NotSupportedException();
    }
}
