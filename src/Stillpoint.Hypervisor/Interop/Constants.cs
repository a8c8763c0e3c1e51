namespace Stillpoint.Hypervisor.Interop;

/// <summary>Values of libvirt's enums that are used here, under shorter names.</summary>
internal static class VirError
{
    public const int Internal = 1, NoSupport = 3, NoConnect = 5, InvalidConnection = 6, InvalidArgument = 8, OperationFailed = 9, OperationDenied = 29,
        SystemError = 38, Rpc = 39, NoDomain = 42, NoNetwork = 43, AuthFailed = 45, NoStoragePool = 49, OperationInvalid = 55, NoFilter = 62, ConfigUnsupported = 67,
        OperationTimeout = 68, ArgumentUnsupported = 74, AuthCancelled = 79, OperationUnsupported = 84, AgentUnresponsive = 86,
        AccessDenied = 88, AuthUnavailable = 94, NoCheckpoint = 103, NoBackup = 104, CheckpointInconsistent = 109;
}

internal static class VirFrom
{
    public const int Rpc = 7, Remote = 13, Polkit = 60;
}

internal static class VirFlag
{
    public const uint XmlInactive = 2;
    public const uint DefineValidate = 1;
    public const uint UndefineManagedSave = 1, UndefineSnapshotsMetadata = 2, UndefineNvram = 4, UndefineCheckpointsMetadata = 16;
    public const uint BackupReuseExternal = 1;
    public const uint CheckpointXmlNoDomain = 2, CheckpointXmlSize = 4;
    public const uint CheckpointDeleteMetadataOnly = 2;
    public const uint CheckpointRedefine = 1, CheckpointRedefineValidate = 4;
    public const uint SnapshotInternal = 256;
    public const uint StatsState = 1, StatsBalloon = 4, StatsProcessors = 8, StatsBlock = 32, StatsBacking = 1u << 30;
    public const uint ListTransient = 8;
    public const uint NetworkXmlInactive = 1;
    public const uint AffectLive = 1, AffectConfig = 2;
}

internal static class VirEvent
{
    public const int Lifecycle = 0, Reboot = 1, AgentLifecycle = 18, JobCompleted = 21, BlockThreshold = 24;
}
