using Stillpoint.Doctor.Causes;

namespace Stillpoint.Doctor;

/// <summary>Every cause, section by section as the documentation lists them. The order breaks ties.</summary>
public static class Catalogue
{
    public static IReadOnlyList<Cause> All { get; } =
    [
        // network
        new NetNoOutbound(), new NetRestricted(), new NetProxy(), new NetHostchannelBlocked(), new NetInterfaceDown(),
        new NetDhcpNoHostAddress(), new NetDns(), new NetTlsTrust(), new NetSlow(),

        // agent
        new AgentOutdated(), new AgentNotRunning(), new AgentCrashLoop(), new AgentNotInstalled(), new AgentBlacklisted(),
        new AgentExtensionsDisabled(), new AgentCertFailure(), new AgentStaleState(), new AgentDiskFull(), new AgentLogDirMissing(),
        new AgentClockSkew(), new AgentSelinuxDenied(), new AgentCpuThrottled(), new AgentStatusUploadFailed(),
        new AgentWindowsUnresponsive(), new AgentHostserviceTransient(),

        // extension
        new ExtLoadFailed(), new ExtVersionOutdated(), new ExtProviderServiceDisabled(), new ExtPythonIncompatible(),
        new ExtAgentApiMismatch(), new ExtPolicyBlocked(), new ExtDependencyFailed(), new ExtOtherFailed(), new ExtStuckTransitioning(),
        new ExtExecBlocked(), new ExtSafefreezeMissing(), new ExtBadInput(), new ExtInvokedTooLate(), new ExtComError(),

        // freeze
        new FsFreezeFailed(), new FsFreezeDoubleMount(), new FsFreezeTimeout(), new FsFreezeHang(), new FsFreezeLoopDeadlock(),
        new FsFrozenLeftBehind(), new FsMountOpenFailed(), new FsFreezeSelinux(), new FsFreezeLockHeld(), new FsFreezeUnsupportedFs(),
        new FsDfHang(), new FsFreezeHookFailed(),

        // quiesce
        new AppDbQuiesceFailed(), new SqlVssFullBackup(), new VssWriterBadState(), new VssProviderFailed(), new VssBitlockerLocked(),

        // snapshot
        new SnapStatusUnavailable(), new SnapRateLimited(), new SnapLimitReached(), new SnapConflict(), new SnapHostServiceError(),
        new SnapInconsistent(), new SnapResourceLock(),

        // VM state and host
        new VmstateMisreported(), new VmstateNotAllowed(), new VmstateLocked(), new VmstateHostMaintenance(), new VmDeleted(),
        new HostInterrupted(),

        // schedules
        new SchedConcurrent(), new SchedOverlap(), new SchedSelfBackup(), new OtherProductConflict(),

        // resources
        new ResHighCpu(), new ResHighMemory(), new ResIoStall(),

        // storage: source and target
        new StoreTargetFull(), new StoreTargetUnreachable(), new StoreTargetHung(), new StoreTargetMissing(),
        new StoreTargetMisconfigured(), new StoreTargetPermission(), new StoreTargetOverloaded(), new StoreFilesizeLimit(),
        new StoreSourceReadError(), new StoreSourceFull(), new StoreScratchFull(), new StoreUnsupportedDisk(), new StoreTransferSlow(),
        new StoreKeyAccess(),

        // KVM, libvirt, guest agent
        new KvmAgentChannelMissing(), new KvmAgentNotConnected(), new KvmAgentBusyOrHung(), new KvmAgentCrashed(),
        new KvmAgentFrozenState(), new KvmAgentRpcBlocked(), new KvmBitmapMissingOrBroken(), new KvmBitmapAlreadyExists(),
        new KvmCheckpointStale(), new KvmBitmapNotWritable(), new KvmBitmapLostBySnapshot(), new KvmDiskRawNoBitmap(), new KvmQcow2V2(),
        new KvmDiskAdded(), new KvmRevertBlockedByBitmap(), new KvmJobAlreadyRunning(), new KvmImageLocked(), new KvmSocketDenied(),
        new KvmFeaturesMissing(), new KvmImageCorrupt(), new KvmQemuCrash(),
    ];

    public static Cause? Find(string id) => All.FirstOrDefault(c => c.Id == id);
}
