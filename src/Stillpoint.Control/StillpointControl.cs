using System.Security.Cryptography;
using System.Text;
using Stillpoint.Control.Access;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Doctoring;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Planning;
using Stillpoint.Control.Protection;
using Stillpoint.Control.Saving;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Workers;
using Stillpoint.Doctor;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Repairs;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control;

/// <summary>A vault that is open, with the path it was opened by.</summary>
public sealed record OpenedVault(OpenVault Vault, string Path);

/// <summary>
/// Composes catalog, locks and engine over one data folder: what the CLI hosts in process. Runs jobs; is the boundary at which their exceptions end.
/// Safe for many threads.
/// </summary>
public sealed class StillpointControl : IDisposable
{
    private readonly CatalogDatabase _database;
    private readonly DataFolder _folder;
    private readonly IEngine _engine;
    private readonly JobBoundary _boundary;
    private readonly JobFactTable _facts;
    private readonly CatalogSaver _saver;
    private readonly LiveDoctor _doctor;
    private readonly FolderHold _hold;

    private StillpointControl(CatalogDatabase database, DataFolder folder, FolderHold hold, IEngine engine, TimeProvider clock)
    {
        _hold = hold;
        _database = database;
        _folder = folder;
        _engine = engine;
        Jobs = new(database);
        _facts = new(database);
        Places = new(database, clock);
        Policies = new(database, clock, Changes);
        Protection = new(database, clock, Changes);
        Settings = new(database, Changes);
        Alerts = new(database, clock);
        AlertWatch = new(database, Alerts, new(database, Policies, Protection, clock), Settings, clock);
        Claims = new(database, folder, clock);
        Plans = new(database, Policies, Protection, Settings, clock);
        _saver = new(database, folder, clock);
        Access = new(database, clock);
        _boundary = new(folder, Jobs, _facts, clock);
        _doctor = new(engine, folder.Engine, Jobs, _facts, clock);
        VaultJobs = new(_boundary, Places, clock);
    }

    public JobTable Jobs { get; }

    public PlaceTable Places { get; }

    public PolicyTable Policies { get; }

    public ProtectionTable Protection { get; }

    public SettingTable Settings { get; }

    public AlertTable Alerts { get; }

    public AlertWatch AlertWatch { get; }

    public ChangeSignal Changes { get; } = new();

    internal ClaimTable Claims { get; }

    internal PlanMaker Plans { get; }

    internal DataFolder Folder => _folder;

    internal CatalogDatabase Database => _database;

    internal JobBoundary Boundary => _boundary;

    public AccessTables Access { get; }

    public VaultJobs VaultJobs { get; }

    /// <exception cref="FailureException">DataFolderUnusable, CatalogNewer; DataFolderHeld, DataFolderInUse: see <see cref="FolderUse"/>.</exception>
    public static StillpointControl Open(DataFolder folder, IEngine engine, TimeProvider clock, FolderUse use = FolderUse.Command)
    {
        folder.Ensure();
        var hold = FolderHold.Take(folder, use);
        try
        {
            var control = new StillpointControl(CatalogDatabase.Open(folder, clock), folder, hold, engine, clock);
            control._boundary.EndAbandoned();
            return control;
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Cleans up after jobs whose process died; before any new job. Jobs of living processes are not touched.</summary>
    public Task<IReadOnlyList<RecoveredJob>> RecoverAsync(
        Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, IVault? vault, Action<Failure> unreadable, CancellationToken ct) =>
        _engine.RecoverAsync(_folder.Engine, connect, vault, unreadable, ct);

    /// <summary>Finishes, or takes back, restores whose process died; before any backup. A new restore does it by itself.</summary>
    public Task<IReadOnlyList<InterruptedRestore>> FinishRestoresAsync(IHypervisorHost host, Action<Failure> unreadable, CancellationToken ct) =>
        _engine.FinishRestoresAsync(_folder.Engine, host, unreadable, ct);

    /// <summary>Takes back repairs whose process died, where that can be done; before any new job or repair.</summary>
    public Task<IReadOnlyList<InterruptedRepair>> EndRepairsAsync(
        Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, Action<Failure> unreadable, CancellationToken ct) =>
        _engine.EndRepairsAsync(_folder.Engine, connect, vm => JobLock.TryTake(_folder, LockOf(vm)), unreadable, ct);

    /// <summary>A backup will be asked for soon: its worker starts, and opens host and vault, while its owner still looks for what to clean up.</summary>
    public void ExpectBackup(HostUri host, VaultAccess vault) => _engine.Expect(host, vault, _folder.Engine);

    /// <param name="due">When a plan wanted it to have begun at the latest; null: nobody planned it.</param>
    /// <exception cref="FailureException">No job began: VmNotFound, VmBackupRunning, DataFolderUnusable, a policy out of range.</exception>
    public async Task<JobOutcome<CaptureResult>> BackUpAsync(
        IHypervisorHost host, VaultAccess vault, BackupOrder order, IJobEvents watcher, CancellationToken ct, DateTimeOffset? due = null)
    {
        if (order.Policy.Validate() is { } invalid) throw new FailureException(invalid);
        var domain = await host.FindDomainAsync(order.Vm, ct);
        _database.InTransaction(() =>
        {
            Places.HostUsed(host.Uri.Text);
            Places.VmUsed(domain.Id, domain.Name, host.Uri.Text);
        });
        var job = NewJob(order.Job, JobKind.Backup, domain.Id, domain.Name, host.Uri.Text, vault.Path, null, LockOf(domain.Id));
        order = order with { Bandwidth = LimitsOf(domain.Id) };
        return await _boundary.RunAsync(
            job, watcher,
            async (events, token) =>
            {
                var capture = await _engine.CaptureAsync(host, vault with { KnownPaths = Places.VaultPaths }, _folder.Engine, order, events, token);
                var result = capture.Result;
                return new JobResult<CaptureResult>(
                    result, result.Warnings, result.Point.Id.ToString(), result.Point.BytesStored,
                    () =>
                    {
                        Places.VaultUsed(result.Vault, vault.Path);
                        Places.PointMade(result.Point, result.Vault, order.Job);
                    },
                    async saving =>
                    {
                        await using (capture) return await _saver.SaveByWorkerAsync(vault.Path, capture.SaveCatalogAsync, saving);
                    });
            },
            ct, due);
    }

    /// <summary>What the policy of a VM says of its jobs' bandwidth; none: it is under no policy, or under one that says nothing.</summary>
    public IReadOnlyList<BandwidthLimit> LimitsOf(VmId vm) => Protection.Find(vm) is { } known ? Policies.Find(known.Policy).Policy.Bandwidth : [];

    /// <param name="host">Null only for single disks.</param>
    /// <param name="point">The point that the order names.</param>
    /// <exception cref="FailureException">No job began: VmBackupRunning (a job of the same VM, or to the same new name), DataFolderUnusable.</exception>
    public Task<JobOutcome<RestoreResult>> RestoreAsync(
        IHypervisorHost? host, OpenedVault vault, PointInfo point, RestoreOrder order, IJobEvents watcher, CancellationToken ct)
    {
        var view = point.ToRecoveryPoint();
        var (vm, name, lockName) = order switch
        {
            RestoreInPlace => (view.Vm, view.VmName, LockOf(view.Vm)),
            RestoreAsNewVm n => ((VmId?)null, n.Name, "name-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(n.Name)))[..32]),
            _ => (null, view.VmName, JobLock.UsedOnce + order.Job),
        };
        var job = NewJob(order.Job, JobKind.Restore, vm, name, host?.Uri.Text ?? "", vault.Path, point.Id.ToString(), lockName);
        return _boundary.RunAsync(
            job, watcher,
            async (events, token) =>
            {
                var result = await _engine.RestoreAsync(host, vault.Vault, _folder.Engine, order, events, token);
                return new JobResult<RestoreResult>(
                    result, events is JobRecorder r ? r.Warnings : [], null, null, null, saving => _saver.SaveAsync(vault.Vault, vault.Path, saving));
            },
            ct);
    }

    /// <summary>What a backup of the VM would come to now; changes nothing.</summary>
    public Task<VmCheckReport> CheckAsync(IHypervisorHost host, string vm, CapturePolicy policy, CancellationToken ct) =>
        _engine.CheckAsync(host, _folder.Engine, vm, policy, ct);

    /// <summary>The starts of the next time, by time, those overdue first; <see cref="PlannedStart.Fits"/> says which there is no room for.</summary>
    /// <param name="vault">The vault's path.</param>
    /// <param name="ahead">Windows that open within it.</param>
    public IReadOnlyList<PlannedStart> Plan(string vault, TimeSpan ahead) => Plans.Make(vault, ahead).Starts;

    /// <summary>Asks a job of this process to end cleanly, whoever began it: a person, or the scheduler, which then leaves that window alone.</summary>
    /// <returns>False: no such job runs in this process.</returns>
    public bool Cancel(JobId job) => _boundary.Cancel(job);

    /// <summary>Jobs that say "running" and whose process is gone are ended as what they are.</summary>
    public void EndAbandoned() => _boundary.EndAbandoned();

    /// <summary>Looks at what a host has: rules take new VMs, those that are gone become orphaned.</summary>
    public Task<Discovered> DiscoverAsync(IHypervisorHost host, CancellationToken ct) => new Discovery(_database, Places, Protection).RunAsync(host, ct);

    /// <summary>The host's VMs as libvirt tells of them now, each with its policy.</summary>
    public async Task<IReadOnlyList<VmRow>> ListVmsAsync(IHypervisorHost host, CancellationToken ct) => ListVms(host.Uri, await host.ListDomainsAsync(ct));

    /// <summary>The same of VMs that were listed before.</summary>
    public IReadOnlyList<VmRow> ListVms(HostUri host, IReadOnlyList<DomainSummary> there) => VmRow.Of(host.Text, there, Protection.List());

    /// <summary>By hand. Registers the host, too.</summary>
    /// <exception cref="FailureException">VmNotFound, PolicyNotFound.</exception>
    public async Task<ProtectedVm> ProtectAsync(IHypervisorHost host, string vm, string policy, CancellationToken ct)
    {
        var domain = await host.FindDomainAsync(vm, ct);
        var storage = VmStorage.Of(host.Uri.Text, await domain.GetConfigAsync(inactive: false, ct), VmStorage.Mounts());
        _database.InTransaction(() =>
        {
            Places.Register(host.Uri.Text);
            Places.VmSeen(domain.Id, domain.Name, host.Uri.Text);
        });
        Protection.Protect(domain.Id, domain.Name, host.Uri.Text, storage, policy, null);
        return Protection.Find(domain.Id)!;
    }

    /// <summary>Takes our checkpoints and bitmaps off a VM.</summary>
    /// <exception cref="FailureException">VmNotFound; VmBackupRunning: a job of the VM runs here; VmBusyWithOtherJob.</exception>
    public async Task<ReleasedVm> ReleaseAsync(IHypervisorHost host, string vm, CancellationToken ct)
    {
        var domain = await host.FindDomainAsync(vm, ct);
        using var held = JobLock.TryTake(_folder, LockOf(domain.Id))
            ?? throw new FailureException(Failure.Of(FailureCode.VmBackupRunning, Stage.Release, ("vm", domain.Name)).CanRetry());
        return await _engine.ReleaseAsync(domain, _folder.Engine, ct);
    }

    /// <summary>Saves the catalog in the vault, for work that is no job: jobs do it themselves.</summary>
    /// <returns>Null: saved. Else CatalogNotSaved, a warning.</returns>
    public Task<Failure?> SaveCatalogAsync(OpenedVault vault, CancellationToken ct) => _saver.SaveAsync(vault.Vault, vault.Path, ct);

    /// <summary>What the doctor makes of a VM as it is now; changes nothing.</summary>
    /// <param name="secret">Null: the vault is looked at from outside only.</param>
    /// <exception cref="FailureException">VmNotFound, and the host's.</exception>
    public Task<LiveDiagnosis> ExamineAsync(IHypervisorHost host, string vm, string? vault, VaultSecret? secret, CancellationToken ct) =>
        _doctor.LookAsync(host, vm, vault, secret, ct);

    /// <summary>Carries out the repair that a cause names, as a job of the VM. That it did not help is the job's warning.</summary>
    /// <param name="seen">What was just seen; null: it looks itself, and repairs nothing that is not found.</param>
    /// <exception cref="FailureException">No job began: VmNotFound; VmBackupRunning: another job of the VM runs here; DataFolderUnusable.</exception>
    public async Task<JobOutcome<RepairRecord>> RepairAsync(
        IHypervisorHost host, CauseToRepair order, LiveDiagnosis? seen, string? vault, VaultSecret? secret, IJobEvents watcher, CancellationToken ct)
    {
        var domain = await host.FindDomainAsync(order.Vm, ct);
        var job = NewJob(order.Job, JobKind.Repair, domain.Id, domain.Name, host.Uri.Text, vault ?? "", null, LockOf(domain.Id));
        return await _boundary.RunAsync(job, watcher, (events, token) => _doctor.RepairAsync(host, domain, order, seen, vault, secret, events, token), ct);
    }

    /// <summary>What was seen of a job that failed or did less than asked; empty for others.</summary>
    public IReadOnlyList<Fact> FactsOf(JobId job) => _facts.Of(job);

    /// <summary>What the doctor makes of a job that failed or did less than asked. From what was seen then: today's rules, the same facts.</summary>
    /// <returns>Null: there was nothing to look at.</returns>
    public Diagnosis? Diagnose(JobId job) => _facts.Of(job) is { Count: > 0 } facts ? Diagnostician.Default.Diagnose(facts) : null;

    public void Dispose()
    {
        _database.Dispose();
        _hold.Dispose();
    }

    private static string LockOf(VmId vm) => "vm-" + vm;

    private static JobRecord NewJob(JobId id, JobKind kind, VmId? vmId, string vm, string host, string vault, string? point, string lockName) =>
        new(id, kind, JobState.Running, vmId, vm, host, vault, point, default, null, 0, 0, null, lockName, 0);
}
