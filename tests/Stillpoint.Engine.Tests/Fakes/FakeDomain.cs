using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>A VM that records what is done to it.</summary>
internal sealed class FakeDomain(FakeHost host) : IDomain
{
    public List<string> Calls { get; } = [];

    public bool Frozen { get; set; }

    public bool AgentAnswers { get; set; } = true;

    public PowerState Power { get; set; } = PowerState.Running;

    public bool PausedByIoError { get; set; }

    public string? RunningBackupSocket { get; set; }

    public List<Checkpoint> Checkpoints { get; } = [];

    public DomainConfig Config { get; set; } = new("<domain/>", [], null, null, null, false, true);

    public bool InternalSnapshots { get; set; }

    public VmId Id { get; } = new(new Guid("6a51c665-0000-4000-8000-000000000001"));

    public string Name => "web1";

    public Task<DomainState> GetStateAsync(CancellationToken ct) => Answer(new DomainState(Power, PausedByIoError, Power is PowerState.Off ? -1 : 1));

    public Task<DomainConfig> GetConfigAsync(bool inactive, CancellationToken ct) => Answer(Config);

    public Task<long> GetDiskSizeAsync(string disk, CancellationToken ct) => Answer(1L << 20);

    public Task<RunningJob?> GetJobAsync(CancellationToken ct) =>
        Answer(RunningBackupSocket is null ? null : new RunningJob("backup", true));

    public Task<IReadOnlyList<Checkpoint>> ListCheckpointsAsync(CancellationToken ct) => Answer<IReadOnlyList<Checkpoint>>([.. Checkpoints]);

    public Task<bool> HasInternalSnapshotsAsync(CancellationToken ct) => Answer(InternalSnapshots);

    public Task BeginBackupAsync(BackupRequest request, CancellationToken ct) => throw new NotSupportedException();

    public Task<bool> OwnsBackupAsync(string socketPath, CancellationToken ct) => Answer(RunningBackupSocket == socketPath);

    public Task AbortJobAsync(CancellationToken ct)
    {
        RunningBackupSocket = null;
        return Done("abort");
    }

    public Task<IReadOnlyDictionary<string, long>> GetScratchUseAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task SetScratchThresholdAsync(string disk, long bytes, CancellationToken ct) => throw new NotSupportedException();

    public Task DeleteCheckpointAsync(string name, CancellationToken ct)
    {
        Checkpoints.RemoveAll(c => c.Name == name);
        return Done("delete " + name);
    }

    public List<string> Bitmaps { get; } = [];

    public async Task<RemovedBitmaps> RemoveBitmapsAsync(string prefix, CancellationToken ct)
    {
        await Done("remove bitmaps " + prefix);
        var removed = Bitmaps.Where(b => b.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        Bitmaps.RemoveAll(removed.Contains);
        return new(removed, []);
    }

    public IGuestChannel? Channel { get; set; }

    public Task HideCheckpointAsync(string name, Action<string> keep, CancellationToken ct)
    {
        host.Check();
        keep($"<domaincheckpoint><name>{name}</name></domaincheckpoint>");
        Checkpoints.RemoveAll(c => c.Name == name);
        return Done("hide " + name);
    }

    public Task RedefineCheckpointAsync(string xml, CancellationToken ct) =>
        Done("redefine " + System.Xml.Linq.XElement.Parse(xml).Element("name")?.Value);

    public Queue<DomainReadings> Readings { get; } = new();

    public Task<DomainReadings> ReadCountersAsync(CancellationToken ct) => Answer(Readings.TryDequeue(out var r) ? r : new(0, 1, null, null, 0, new Dictionary<string, string>()));

    public List<LiveBitmap> LiveBitmaps { get; } = [];

    public Task<IReadOnlyList<LiveBitmap>> ListLiveBitmapsAsync(CancellationToken ct) => Answer<IReadOnlyList<LiveBitmap>>([.. LiveBitmaps]);

    public Func<GuestOutput?> InGuest { get; set; } = () => new(0, "");

    public Task<GuestOutput?> RunInGuestAsync(string script, IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct) =>
        Shell is { } shell ? shell(script, arguments) : Answer(InGuest());

    /// <summary>What runs scripts in its stead.</summary>
    public Func<string, IReadOnlyList<string>, Task<GuestOutput?>>? Shell { get; set; }

    public Dictionary<AddressSource, List<InterfaceAddress>> Addresses { get; } = [];

    public Task<IReadOnlyList<InterfaceAddress>> ListAddressesAsync(AddressSource source, CancellationToken ct) =>
        Answer<IReadOnlyList<InterfaceAddress>>(Addresses.GetValueOrDefault(source) ?? []);

    public Task UpdateInterfaceAsync(string xml, bool live, CancellationToken ct) => Done($"update interface {(live ? "live" : "config")} {xml}");

    public Task AddAgentChannelAsync(CancellationToken ct) => Done("add channel");

    public Task RemoveAgentChannelAsync(CancellationToken ct) => Done("remove channel");

    public Task StartAsync(CancellationToken ct) => Done("start");

    public Task ShutdownAsync(CancellationToken ct) => Done("shutdown");

    public Task ResumeAsync(CancellationToken ct)
    {
        PausedByIoError = false;
        return Done("resume");
    }

    public Task DestroyAsync(CancellationToken ct) => Done("destroy");

    public Task UndefineAsync(CancellationToken ct) => Done("undefine");

    public Task<bool> GetAutostartAsync(CancellationToken ct) => Answer(false);

    public Task SetAutostartAsync(bool on, CancellationToken ct) => Done("autostart");

    public Task<IGuestChannel> OpenAgentChannelAsync(CancellationToken ct) => Answer(Channel ?? throw new NotSupportedException());

    public Task<string> AgentCommandAsync(string json, TimeSpan timeout, CancellationToken ct)
    {
        host.Check();
        if (!AgentAnswers) throw new FailureException(FailureCode.AgentNotResponding, Stage.Thaw, ("vm", Name));
        if (json.Contains("fsfreeze-status", StringComparison.Ordinal))
            return Task.FromResult($$"""{"return":"{{(Frozen ? "frozen" : "thawed")}}"}""");
        if (json.Contains("fsfreeze-thaw", StringComparison.Ordinal))
        {
            Frozen = false;
            Calls.Add("thaw");
        }
        return Task.FromResult("""{"return":0}""");
    }

    private Task<T> Answer<T>(T value)
    {
        host.Check();
        return Task.FromResult(value);
    }

    private Task Done(string call)
    {
        host.Check();
        Calls.Add(call);
        return Task.CompletedTask;
    }
}
