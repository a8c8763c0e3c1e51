using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stillpoint.Cli.Output;

// What --json prints. Scripts rely on the names: fields may be added, never renamed. Times are ISO 8601 in UTC, sizes bytes.

internal sealed record EvidenceJson(string Source, string Text, DateTimeOffset? Time);

internal sealed record FailureJson(string Code, string Stage, string Message, IReadOnlyList<EvidenceJson> Evidence, bool Retryable);

internal sealed record ErrorJson(FailureJson Error, string? Job, IReadOnlyList<FailureJson>? Warnings, DiagnosisJson? Diagnosis);

internal sealed record PointDiskJson(string Name, string Format, long SizeBytes, string Mode, long BytesRead, long BytesChanged);

internal sealed record LeftOutJson(string Name, string Kind, FailureJson Reason);

internal sealed record PointJson(
    string Point, string Vm, string VmId, DateTimeOffset Taken, string Consistency, FailureJson? Reason, double? FrozenMs, string? Checkpoint,
    IReadOnlyList<PointDiskJson> Disks, IReadOnlyList<LeftOutJson> LeftOut, long BytesRead, long BytesStored);

internal sealed record BackupJson(
    string Job, string State, string Point, string Vm, string VmId, DateTimeOffset Taken, string Consistency, FailureJson? Reason, double? FrozenMs,
    string? Checkpoint, IReadOnlyList<PointDiskJson> Disks, IReadOnlyList<LeftOutJson> LeftOut, long BytesRead, long BytesStored, double Seconds,
    IReadOnlyList<FailureJson> Warnings, DiagnosisJson? Diagnosis);

internal sealed record RestoredDiskJson(string Name, string Target, string Format, long SizeBytes);

internal sealed record RestoreJson(
    string Job, string State, string Point, string? Vm, string? VmId, IReadOnlyList<RestoredDiskJson> Disks, double Seconds,
    IReadOnlyList<FailureJson> Warnings);

internal sealed record PointsJson(IReadOnlyList<PointJson> Points, IReadOnlyList<FailureJson> Damaged);

internal sealed record ForgottenPointJson(string Point, string Vm, string VmId, DateTimeOffset Taken, DateTimeOffset Forgotten, DateTimeOffset Until);

internal sealed record ForgottenPointsJson(IReadOnlyList<ForgottenPointJson> Points);

/// <param name="Reasons">Why it is kept; empty: it goes.</param>
internal sealed record RetentionPointJson(string Point, string Vm, string VmId, DateTimeOffset Taken, IReadOnlyList<string> Reasons);

/// <param name="Damaged">Ids of points that were asked for by id and whose manifests cannot be read; forgotten like the others.</param>
internal sealed record ForgetJson(bool DryRun, IReadOnlyList<RetentionPointJson> Forgotten, IReadOnlyList<RetentionPointJson> Kept, IReadOnlyList<string> Damaged);

internal sealed record GcJson(
    bool DryRun, bool Unfinished, IReadOnlyList<string> PointsTaken, IReadOnlyList<string> PointsInUse, IReadOnlyList<string> PointsHeld, long PacksDeleted, long BytesFreed,
    long BytesRepacked, long BytesLive, int SegmentsBefore, int SegmentsAfter, int LeasesRemoved, IReadOnlyList<FailureJson> Warnings);

internal sealed record RescuePointJson(
    string Point, string Label, string Series, DateTimeOffset Created, int Rank, IReadOnlyList<RescueDiskJson> Disks);

internal sealed record RescueDiskJson(string Name, long SizeBytes);

internal sealed record RescueJson(IReadOnlyList<RescuePointJson> Points, IReadOnlyList<FailureJson> Damaged);

/// <param name="State">libvirt's at this moment; <c>gone</c>: protected, but the host no longer knows it.</param>
internal sealed record VmJson(string Name, string Id, string State, string? Policy);

internal sealed record VmsJson(IReadOnlyList<VmJson> Vms);

internal sealed record VmDiskJson(string Name, string Format, string? Source, long? SizeBytes, bool InBackup, bool Tracked, FailureJson? Reason);

internal sealed record VmDetailsJson(
    string Name, string Id, string State, bool AgentChannel, bool InternalSnapshots, IReadOnlyList<string> Checkpoints, IReadOnlyList<VmDiskJson> Disks);

internal sealed record CheckedDiskJson(string Name, string Format, bool InBackup, bool Tracked, FailureJson? Reason);

/// <param name="Consistency">The best a backup can have now; null: it would fail, and <paramref name="Blocked"/> says why.</param>
internal sealed record VmCheckJson(
    string Vm, string VmId, string State, string? Consistency, FailureJson? Blocked, FailureJson? Reason, bool InternalSnapshots,
    IReadOnlyList<CheckedDiskJson> Disks, IReadOnlyList<FailureJson> LeftOut);

internal sealed record VmReleasedJson(string Vm, IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Bitmaps, IReadOnlyList<string> Left);

/// <param name="Channel">qga or waagent; what follows is of the second.</param>
internal sealed record VmChannelJson(
    string Vm, string VmId, string Channel, IReadOnlyList<string> GuestAddresses, string? Fabric, string? Extension, IReadOnlyList<FoundAddressJson> Found,
    IReadOnlyList<FailureJson> Warnings);

/// <param name="From">filter, lease, neighbour, agent: who says so.</param>
internal sealed record FoundAddressJson(string Address, string From, string Mac);

/// <param name="Place">host or guest.</param>
/// <param name="State">planned, made, undone, left, handed-on.</param>
internal sealed record OnboardingStepJson(
    string Place, string Kind, string What, IReadOnlyList<string> Lines, bool NeedsNetworkRestart, string State, FailureJson? Failure, string? HandedTo);

internal sealed record OnboardingJson(string Vm, string VmId, IReadOnlyList<OnboardingStepJson> Changes, IReadOnlyList<FailureJson> Warnings);

internal sealed record CloudInitJson(string Vm, string VmId, string UserData);

internal sealed record EndpointJson(string Address, int Port, string Protocol, string Use);

internal sealed record EndpointsJson(IReadOnlyList<EndpointJson> Endpoints);

internal sealed record VmProtectedJson(string Vm, string VmId, string Host, string? Policy);

internal sealed record VmPowerJson(string Vm, string VmId, string State);

/// <param name="Policy">As it stands in a file for <c>--file</c>.</param>
internal sealed record PolicyJson(string Name, long Version, DateTimeOffset Changed, JsonElement Policy, IReadOnlyList<string> Vms);

internal sealed record PoliciesJson(IReadOnlyList<PolicyJson> Policies);

internal sealed record WindowJson(DateTimeOffset Opens, DateTimeOffset Closes);

internal sealed record KeptJson(string? Point, DateTimeOffset Taken, IReadOnlyList<string> Reasons);

/// <param name="Points">How many there are, or would be.</param>
internal sealed record PolicyPreviewJson(string Name, IReadOnlyList<WindowJson> Runs, int Points, IReadOnlyList<KeptJson> Kept);

/// <param name="Why">Why it does not fit: <c>window-too-short</c>, <c>limits</c>; null: it fits.</param>
internal sealed record PlannedJson(
    string Vm, string VmId, string Host, string Policy, string Kind, DateTimeOffset Start, double ExpectedMinutes, DateTimeOffset WindowOpens, DateTimeOffset WindowCloses, bool Fits, string? Why);

internal sealed record PlanJson(IReadOnlyList<PlannedJson> Starts);

internal sealed record PlanSettingsJson(int PerHost, int PerStorage, int PerVault, string? Gc, string? Verify, int VerifyMinutes);

/// <param name="State">Null: no job began.</param>
internal sealed record DueRunJson(string Vm, string VmId, string Kind, string Job, string? State, string? Point, FailureJson? Failure, IReadOnlyList<FailureJson> Warnings);

internal sealed record HostOutJson(string Uri, FailureJson Failure);

/// <param name="Count">Points forgotten, packs deleted, or objects proven.</param>
internal sealed record CareJson(string Kind, string Job, string State, long Count, FailureJson? Failure, IReadOnlyList<FailureJson> Warnings);

internal sealed record RunDueJson(
    IReadOnlyList<DueRunJson> Runs, IReadOnlyList<HostOutJson> HostsOutOfReach, IReadOnlyList<CareJson> Care, IReadOnlyList<FailureJson> Failures);

internal sealed record AlertJson(
    string Alert, string Kind, string Subject, string Name, IReadOnlyDictionary<string, string> Arguments, string Message, DateTimeOffset Raised, DateTimeOffset Seen,
    DateTimeOffset? Hushed, DateTimeOffset? Cleared);

internal sealed record AlertsJson(IReadOnlyList<AlertJson> Alerts);

internal sealed record AlertSettingsJson(
    string? Command, string? Webhook, string? WebhookSecretFile, string? Heartbeat, string? Smtp, string? MailFrom, string? MailTo);

internal sealed record AlertSentJson(bool Sent);

internal sealed record RuleJson(string Name, string Policy, string? Match, string? Metadata, string? Host, int Vms);

internal sealed record RulesJson(IReadOnlyList<RuleJson> Rules);

internal sealed record HostAddedJson(string Uri, int Vms, IReadOnlyList<string> Protected);

internal sealed record RemovedJson(string Removed);

internal sealed record HostJson(string Uri, DateTimeOffset LastUsed, bool Registered);

internal sealed record HostsJson(IReadOnlyList<HostJson> Hosts);

internal sealed record CheckJson(string Subject, bool Good, FailureJson? Failure);

internal sealed record ChecksJson(bool Good, IReadOnlyList<CheckJson> Checks);

internal sealed record JobJson(
    string Job, string Kind, string State, string Vm, string? VmId, string Host, string Vault, string? Point, DateTimeOffset Started,
    DateTimeOffset? Ended, long BytesDone, long BytesStored, FailureJson? Failure);

internal sealed record JobCancelledJson(string Job);

internal sealed record JobsJson(IReadOnlyList<JobJson> Jobs);

internal sealed record SubTaskJson(string SubTask, DateTimeOffset Started, DateTimeOffset? Ended, FailureJson? Failure);

internal sealed record JobDetailsJson(
    JobJson Job, IReadOnlyList<SubTaskJson> SubTasks, IReadOnlyList<FailureJson> Warnings, DiagnosisJson? Diagnosis, IReadOnlyList<ScriptJson> Scripts);

internal sealed record ScriptJson(string Phase, string Name, int ExitCode, int Tries, string Output);

/// <param name="NotChosen">Why the service does not use it from now on.</param>
internal sealed record VaultMadeJson(string Vault, string Path, int BlockSize, string? RecoveryKey, FailureJson? NotChosen);

internal sealed record LeaseJson(string Kind, string State, string Host, int ProcessId, string Purpose, DateTimeOffset Renewed);

internal sealed record VaultStatsJson(
    string Vault, string Path, int BlockSize, bool Delta, DateTimeOffset Created, int Points, int Vms, long LogicalBytes, long StoredBytes,
    long DataPacks, long DataBytes, long PagePacks, long PageBytes, int IndexSegments, long IndexBytes, long Entries, IReadOnlyList<LeaseJson> Leases,
    long PacksUnproven, DateTimeOffset? OldestProof, long ReserveBytes, long SavedBytes);

internal sealed record DamagedPointJson(string Point, string Vm, string Disk, long? Blocks);

/// <param name="Points">Points hit; empty without --full, which alone can know.</param>
internal sealed record VerifyJson(
    bool Whole, bool Full, long Objects, long Bytes, IReadOnlyList<FailureJson> Damage, IReadOnlyList<DamagedPointJson> Points, long PacksLeft, long PointsLeft);

internal sealed record RebuildJson(long Packs, long Entries, int Segments, IReadOnlyList<FailureJson> Damage);

/// <param name="Points">Copied now.</param>
/// <param name="Damage">Points of the source that could not be copied whole.</param>
internal sealed record VaultCopyJson(
    string Vault, string Path, bool Made, IReadOnlyList<string> Points, int PointsThere, long Packs, long Bytes, IReadOnlyList<FailureJson> Damage);

/// <param name="Catalog">Null: no catalog that can be read was in the vault.</param>
/// <param name="Damaged">Copies that are newer than the one taken.</param>
internal sealed record RecoverJson(
    string Data, string Vault, string Path, SavedCatalogJson? Catalog, int Jobs, int Points, int PointsSince, IReadOnlyList<FailureJson> Damaged);

internal sealed record SavedCatalogJson(string Owner, string Host, DateTimeOffset Saved);

internal sealed record KeyJson(string Key, string Kind, string Label, DateTimeOffset Created)
{
    public IReadOnlyList<FailureJson> Warnings { get; init; } = [];
}

internal sealed record KeysJson(IReadOnlyList<KeyJson> Keys);

internal sealed record RecoveryKeyJson(string? RecoveryKey);

internal sealed record VaultChosenJson(string Path);

internal sealed record SupportEntryJson(string Name, long Bytes, string About);

/// <param name="File">Null: it was only listed.</param>
internal sealed record SupportBundleJson(string? File, long Bytes, IReadOnlyList<SupportEntryJson> Contents);

internal sealed record ServingJson(string Point, string Socket, IReadOnlyList<string> Disks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ErrorJson))]
[JsonSerializable(typeof(PointJson))]
[JsonSerializable(typeof(BackupJson))]
[JsonSerializable(typeof(RestoreJson))]
[JsonSerializable(typeof(PointsJson))]
[JsonSerializable(typeof(ForgottenPointsJson))]
[JsonSerializable(typeof(ForgetJson))]
[JsonSerializable(typeof(GcJson))]
[JsonSerializable(typeof(RescueJson))]
[JsonSerializable(typeof(VmsJson))]
[JsonSerializable(typeof(VmDetailsJson))]
[JsonSerializable(typeof(VmCheckJson))]
[JsonSerializable(typeof(VmReleasedJson))]
[JsonSerializable(typeof(VmChannelJson))]
[JsonSerializable(typeof(EndpointsJson))]
[JsonSerializable(typeof(OnboardingJson))]
[JsonSerializable(typeof(CloudInitJson))]
[JsonSerializable(typeof(VmProtectedJson))]
[JsonSerializable(typeof(VmPowerJson))]
[JsonSerializable(typeof(PoliciesJson))]
[JsonSerializable(typeof(PolicyPreviewJson))]
[JsonSerializable(typeof(PlanJson))]
[JsonSerializable(typeof(PlanSettingsJson))]
[JsonSerializable(typeof(RunDueJson))]
[JsonSerializable(typeof(AlertsJson))]
[JsonSerializable(typeof(AlertSettingsJson))]
[JsonSerializable(typeof(AlertSentJson))]
[JsonSerializable(typeof(RulesJson))]
[JsonSerializable(typeof(HostAddedJson))]
[JsonSerializable(typeof(RemovedJson))]
[JsonSerializable(typeof(HostsJson))]
[JsonSerializable(typeof(ChecksJson))]
[JsonSerializable(typeof(JobsJson))]
[JsonSerializable(typeof(JobCancelledJson))]
[JsonSerializable(typeof(JobDetailsJson))]
[JsonSerializable(typeof(VaultMadeJson))]
[JsonSerializable(typeof(VaultStatsJson))]
[JsonSerializable(typeof(VerifyJson))]
[JsonSerializable(typeof(RebuildJson))]
[JsonSerializable(typeof(VaultCopyJson))]
[JsonSerializable(typeof(RecoverJson))]
[JsonSerializable(typeof(KeyJson))]
[JsonSerializable(typeof(KeysJson))]
[JsonSerializable(typeof(RecoveryKeyJson))]
[JsonSerializable(typeof(VaultChosenJson))]
[JsonSerializable(typeof(SupportBundleJson))]
[JsonSerializable(typeof(ServingJson))]
[JsonSerializable(typeof(DiagnosisJson))]
[JsonSerializable(typeof(LiveDiagnosisJson))]
[JsonSerializable(typeof(KnownCauseJson))]
[JsonSerializable(typeof(KnownCausesJson))]
[JsonSerializable(typeof(ExplanationJson))]
internal sealed partial class Shapes : JsonSerializerContext;
