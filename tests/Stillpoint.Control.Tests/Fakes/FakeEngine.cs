using Stillpoint.Control.Workers;
using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Examine;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Tests.Fakes;

/// <summary>An engine whose work is what the test says.</summary>
public sealed class FakeEngine : IEngine
{
    public Func<BackupOrder, IJobEvents, CancellationToken, Task<CaptureResult>> Capture { get; set; } = (o, _, _) => Task.FromResult(Result(o));

    public Func<RestoreOrder, IJobEvents, CancellationToken, Task<RestoreResult>> Restore { get; set; } =
        (o, _, _) => Task.FromResult(new RestoreResult(default, FakeHost.VmName, FakeHost.Vm, [new("vda", "/v/a.qcow2", "qcow2", 8L << 30)]));

    public List<BackupOrder> Backups { get; } = [];

    public List<RestoreOrder> Restores { get; } = [];

    public List<RecoveredJob> Abandoned { get; } = [];

    public static readonly DateTimeOffset Taken = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);

    /// <summary>A point of a running VM with a qcow2 disk read incrementally and a CD-ROM left out.</summary>
    public static CaptureResult Result(BackupOrder order, params Failure[] warnings) => new(
        new(
            new PointId(Ulid.FromBytes(Enumerable.Repeat((byte)7, 16).ToArray())), FakeHost.Vm, order.Vm, Taken, Consistency.FileSystem, null,
            TimeSpan.FromMilliseconds(312), "stillpoint-0123abcd-p", [new("vda", "qcow2", 8L << 30, ReadMode.Incremental, 210L << 20, 200L << 20)],
            [new("sda", "cdrom", Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile, ("disk", "sda"), ("reason", "cdrom")))], 90L << 20),
        warnings, new(Guid.Empty));

    public async Task<ICapture> CaptureAsync(
        IHypervisorHost host, VaultAccess vault, EnginePaths paths, BackupOrder order, IJobEvents events, CancellationToken ct)
    {
        Backups.Add(order);
        return new FakeCapture(this, await Capture(order, events, ct), paths);
    }

    /// <summary>What a worker does with the catalog's copy, given by its place.</summary>
    public Func<string, Guid, CancellationToken, Task> SaveCatalog { get; set; } = (_, _, _) => Task.CompletedTask;

    public int OpenCaptures { get; private set; }

    public Task<RestoreResult> RestoreAsync(
        IHypervisorHost? host, IVault vault, EnginePaths paths, RestoreOrder order, IJobEvents events, CancellationToken ct)
    {
        Restores.Add(order);
        return Restore(order, events, ct);
    }

    public Task<IReadOnlyList<RecoveredJob>> RecoverAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, IVault? vault, Action<Failure> unreadable, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<RecoveredJob>>(Abandoned);

    public List<InterruptedRestore> Restoring { get; } = [];

    public Task<IReadOnlyList<InterruptedRestore>> FinishRestoresAsync(EnginePaths paths, IHypervisorHost host, Action<Failure> unreadable, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<InterruptedRestore>>(Restoring);

    public Func<CapturePolicy, VmCheckReport> Check { get; set; } = _ => new(
        FakeHost.VmName, FakeHost.Vm, PowerState.Running, Consistency.FileSystem, null, null, [new("vda", "qcow2", null, Tracked: true)], false, []);

    public Func<ReleasedVm> Release { get; set; } = () => new(FakeHost.VmName, ["stillpoint-0123abcd-x"], ["stillpoint-0123abcd-old"], []);

    public Task<VmCheckReport> CheckAsync(IHypervisorHost host, EnginePaths paths, string vm, CapturePolicy policy, CancellationToken ct) =>
        Task.FromResult(Check(policy));

    /// <summary>What is seen of the VM; asked again after a repair.</summary>
    public Func<ExamineOrder, IReadOnlyList<Fact>> Seen { get; set; } = _ => [];

    /// <summary>Ids of the repairs that were ordered.</summary>
    public List<string> Repaired { get; } = [];

    public Task<Examined> ExamineAsync(IHypervisorHost host, EnginePaths paths, ExamineOrder order, CancellationToken ct) =>
        Task.FromResult(new Examined(order.Vm, order.Vm == FakeHost.VmName || order.Vm == FakeHost.Vm.ToString() ? FakeHost.Vm : null, Seen(order), []));

    /// <summary>Repairs that another process left behind.</summary>
    public List<InterruptedRepair> Unfinished { get; } = [];

    public Task<IReadOnlyList<InterruptedRepair>> EndRepairsAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Func<VmId, IDisposable?> hold, Action<Failure> unreadable,
        CancellationToken ct)
    {
        IReadOnlyList<InterruptedRepair> found = [.. Unfinished];
        Unfinished.Clear();
        return Task.FromResult(found);
    }

    public async Task<RepairRecord> RepairAsync(
        HostUri host, IDomain domain, EnginePaths paths, IRepair repair, string cause, Func<CancellationToken, Task<bool>> helped, CancellationToken ct)
    {
        Repaired.Add(repair.Id);
        return new()
        {
            Repair = repair.Id, Cause = cause, VmId = domain.Id.ToString(), VmName = domain.Name, Began = Taken, Ended = Taken,
            End = await helped(ct) ? RepairEnd.Helped : RepairEnd.DidNotHelp,
        };
    }

    public Task<ReleasedVm> ReleaseAsync(IDomain domain, EnginePaths paths, CancellationToken ct) => Task.FromResult(Release());

    private sealed class FakeCapture : ICapture
    {
        private readonly FakeEngine _engine;
        private readonly EnginePaths _paths;

        public FakeCapture(FakeEngine engine, CaptureResult result, EnginePaths paths)
        {
            (_engine, Result, _paths) = (engine, result, paths);
            _engine.OpenCaptures++;
        }

        public CaptureResult Result { get; }

        public Task SaveCatalogAsync(Guid owner, CancellationToken ct) => _engine.SaveCatalog(new DataFolder(_paths.Data).CatalogCopy, owner, ct);

        public ValueTask DisposeAsync()
        {
            _engine.OpenCaptures--;
            return ValueTask.CompletedTask;
        }
    }
}
