namespace Stillpoint.Contracts;

/// <summary>A backup to be made. Numbers out of range are refused with the range.</summary>
/// <param name="Vm">Name or UUID.</param>
/// <param name="Consistency">application, file-system (default), crash.</param>
/// <param name="Strict">Fail rather than step down.</param>
/// <param name="FreezeLimitSeconds">2 to 60.</param>
/// <param name="Guard">require (default), warden-alone.</param>
/// <param name="Tracking">auto (default), persistent, none.</param>
/// <param name="Full">Read everything.</param>
/// <param name="SampleShare">0 to 1: of the unchanged blocks, read again.</param>
/// <param name="PatienceMinutes">0 to 1,440: how long it waits for a guest that is too busy to be frozen.</param>
/// <param name="DespiteLoad">Freeze also a guest that is busy.</param>
/// <param name="Scripts">continue (default), fail, skip: of the guest's own scripts.</param>
/// <param name="ScriptLimitSeconds">1 to 3,600, for each try of each script.</param>
/// <param name="ScriptRetries">0 to 10.</param>
public sealed record BackupRequest(
    string Vm, string? Consistency = null, bool Strict = false, double? FreezeLimitSeconds = null, string? Guard = null, string? Tracking = null,
    bool Full = false, IReadOnlyList<string>? ExcludedDisks = null, double? SampleShare = null, double? PatienceMinutes = null, bool DespiteLoad = false,
    string? Scripts = null, double? ScriptLimitSeconds = null, int? ScriptRetries = null);

/// <summary>A restore: exactly one of the three ways is given.</summary>
public sealed record RestoreRequest(string Point, NewVmTarget? NewVm = null, InPlaceTarget? InPlace = null, IReadOnlyList<DiskTarget>? Disks = null);

/// <param name="Folder">Exactly one of this and <paramref name="Pool"/>.</param>
/// <param name="Format">raw, qcow2; null: as each was.</param>
/// <param name="Connected">False: network links are down.</param>
public sealed record NewVmTarget(string Name, string? Folder = null, string? Pool = null, string? Format = null, bool Connected = true, bool Start = false);

/// <param name="Confirm">The VM's name: its disks are replaced.</param>
public sealed record InPlaceTarget(string Confirm, bool KeepOld = false, bool Start = false);

/// <param name="Format">raw (default), qcow2.</param>
/// <param name="Overwrite">The target may exist, and is replaced.</param>
public sealed record DiskTarget(string Disk, string Path, string? Format = null, bool Overwrite = false);

/// <param name="SamplePercent">1 to 100: of the packs, those proven longest ago.</param>
/// <param name="MaxMinutes">1 to 1,000,000: nothing is begun after them.</param>
/// <param name="PacksOnly">Each stored pack against its name, rather than every byte of every point.</param>
public sealed record VerifyRequest(double? SamplePercent = null, int? MaxMinutes = null, bool PacksOnly = false);

/// <param name="Now">Also forgotten points that could still be brought back; needs <paramref name="Confirm"/>: the vault's id.</param>
public sealed record GcRequest(bool Now = false, bool DryRun = false, int? MaxMinutes = null, string? Confirm = null);

/// <param name="Path">An empty folder, or a copy made before.</param>
/// <param name="Points">Ids; null: all.</param>
public sealed record CopyRequest(string Path, IReadOnlyList<string>? Points = null);

/// <summary>A repair of what the doctor found: it looks again first, and after.</summary>
/// <param name="Vm">Name or UUID.</param>
/// <param name="Cause">Id of a cause that names a repair.</param>
/// <param name="Confirm">The VM's name, where the repair is not safe: it changes the VM or its guest.</param>
public sealed record RepairRequest(string Vm, string Cause, string? Confirm = null);

/// <summary>A job that was begun: its state is told by <c>jobs/ID</c> and its events.</summary>
public sealed record JobStarted(string Job);

/// <param name="Kind">backup, restore, retention, gc, verify, copy, repair.</param>
/// <param name="State">running, completed, completed-with-warnings, failed, cancelled.</param>
public sealed record JobView(
    string Id, string Kind, string State, string Vm, string? VmId, string Host, string Vault, string? Point, DateTimeOffset Started,
    DateTimeOffset? Ended, long BytesDone, long BytesStored, FailureView? Failure);

public sealed record SubTaskView(string Name, DateTimeOffset Started, DateTimeOffset? Ended, FailureView? Failure);

/// <param name="Phase">pre-freeze, post-freeze.</param>
/// <param name="ExitCode">Of its last try; so <paramref name="Output"/>.</param>
public sealed record ScriptView(string Phase, string Name, int ExitCode, int Tries, string Output);

/// <param name="Scripts">The guest's own scripts, in the order they ran.</param>
public sealed record JobDetailsView(
    JobView Job, IReadOnlyList<SubTaskView> SubTasks, IReadOnlyList<FailureView> Warnings, IReadOnlyList<ScriptView>? Scripts = null);

public sealed record FactView(string Name, string Value, string Source, DateTimeOffset? Time);

/// <summary>Something a running job told.</summary>
/// <param name="Kind">began, sub-task-started, sub-task-finished, progress, waiting, warning, point, cleared, ended; heartbeat where nothing happened for a while.</param>
/// <param name="DoneBytes">Of <paramref name="TotalBytes"/>, which may change, 0 where it is not known; with progress only.</param>
/// <param name="Seconds">How long it waits at most; with waiting only.</param>
public sealed record JobNotice(
    string Kind, string? Job, DateTimeOffset At, string? SubTask = null, long? DoneBytes = null, long? TotalBytes = null, long? StoredBytes = null,
    string? State = null, string? Point = null, string? Vm = null, FailureView? Failure = null, double? Seconds = null);

/// <summary>What a start page shows.</summary>
/// <param name="Jobs">Jobs that began in the last 24 hours, by state.</param>
/// <param name="Running">Newest first, at most twenty.</param>
public sealed record OverviewView(
    string Version, DateTimeOffset Now, int? Vms, int? VmsRunning, FailureView? Host, int? Points, int? VmsWithPoints, DateTimeOffset? NewestPoint, FailureView? Vault,
    IReadOnlyDictionary<string, int> Jobs, IReadOnlyList<JobView> Running, ProtectionCounts? Protection = null);

/// <summary>How well VMs are looked after. Those that are gone from their host are not counted.</summary>
/// <param name="Unprotected">Of the service's host; null: it could not be asked.</param>
/// <param name="WithinObjective">Protected ones whose newest point is not older than their policy's objective; null, as the rest: the vault could not be asked.</param>
/// <param name="PastObjective">Older, or there is none after as long a time.</param>
/// <param name="AwaitingFirst">No point yet, and not for too long.</param>
/// <param name="WithoutObjective">Their policy promises nothing.</param>
public sealed record ProtectionCounts(
    int Protected, int? Unprotected, int? WithinObjective, int? PastObjective, int? AwaitingFirst, int WithoutObjective);
