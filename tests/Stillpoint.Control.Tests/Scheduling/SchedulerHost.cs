using System.Collections.Concurrent;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Control.Workers;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault;

namespace Stillpoint.Control.Tests.Scheduling;

/// <summary>Schedulers over one data folder, with a clock, VMs and an engine that are the test's.</summary>
internal sealed class SchedulerHost : ISchedulerEvents, IDisposable
{
    public const string Uri = "qemu:///system";
    public static readonly DateTimeOffset Day = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>To ten minutes before its end: every start has come due, none is late.</summary>
    public static readonly TimeSpan IntoTheWindow = new(17, 50, 0);

    private readonly VaultAccess _vault;

    public SchedulerHost()
    {
        // A real folder that is no vault: care of it fails, and that must hold up no backup.
        _vault = new(Temp["vault"], VaultSecret.FromPassphrase("x"));
        Control = StillpointControl.Open(new(Temp["data"]), Engine, Clock);
        Control.Settings.Scheduler = new() { PerHost = 2, PerStorage = 9, PerVault = 9, Gc = null, Verify = null };
        Control.Policies.Add(new("nightly") { Schedules = [ScheduleText.Parse("daily 20:00-06:00 UTC", "UTC")], Retries = 1, RetryAfter = TimeSpan.FromMinutes(15) });
    }

    public TempFolder Temp { get; } = new();

    public ManualClock Clock { get; } = new(Day);

    public FakeEngine Engine { get; } = new();

    public StillpointControl Control { get; }

    public List<FakeVm> Vms { get; } = [];

    /// <summary>Hosts that do not answer.</summary>
    public HashSet<string> Down { get; } = [];

    public ConcurrentQueue<SchedulerEvent> Events { get; } = [];

    public IReadOnlyList<RunEnded> Runs => [.. Events.OfType<RunEnded>()];

    public void Publish(SchedulerEvent schedulerEvent) => Events.Enqueue(schedulerEvent);

    public async Task ProtectAsync(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Vms.Add(FakeVm.Numbered(i, $"vm{i}"));
            await Control.ProtectAsync(FakeHost.Of(Vms), $"vm{i}", "nightly", CancellationToken.None);
        }
    }

    public BackupScheduler New(StillpointControl? control = null) => new(control ?? Control, ConnectAsync, _vault, this, new SilentEvents(), Clock);

    public async Task RunDueAsync()
    {
        using var scheduler = New();
        await WhileTimePassesAsync(scheduler.RunDueAsync(CancellationToken.None));
    }

    /// <summary>Jobs that end at once wait for each other in steps of some milliseconds, which pass by this clock alone.</summary>
    public async Task WhileTimePassesAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        await work;
    }

    public Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct) => Down.Contains(uri.Text)
        ? Task.FromException<IHypervisorHost>(new FailureException(FailureCode.HostUnreachable, Stage.Connect, ("uri", uri.Text)))
        : Task.FromResult(FakeHost.Of(Vms, uri.Text));

    public void Dispose()
    {
        Control.Dispose();
        Temp.Dispose();
    }
}
