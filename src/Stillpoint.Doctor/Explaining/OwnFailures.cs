using Stillpoint.Model;

namespace Stillpoint.Doctor.Explaining;

/// <summary>Causes behind our own failure codes, for when only the code is at hand.</summary>
public static class OwnFailures
{
    public static IReadOnlyList<string> CausesOf(FailureCode code) => code switch
    {
        FailureCode.AgentNotConfigured => ["kvm-agent-channel-missing"],
        FailureCode.AgentNotConnected => ["kvm-agent-not-connected", "agent-not-running", "kvm-agent-crashed"],
        FailureCode.AgentNotResponding => ["kvm-agent-busy-or-hung", "res-high-cpu", "fs-freeze-hang"],
        FailureCode.AgentCommandBlocked => ["kvm-agent-rpc-blocked"],
        FailureCode.AzureAgentSilent => ["agent-not-running", "net-hostchannel-blocked", "agent-not-configured"],
        FailureCode.ExtensionSilent => ["ext-load-failed", "ext-stuck-transitioning"],
        FailureCode.FsFreezeLockHeld => ["fs-freeze-lock-held", "kvm-agent-frozen-state", "fs-frozen-left-behind"],
        FailureCode.FreezeFailed => ["fs-freeze-failed", "fs-freeze-hook-failed", "fs-freeze-double-mount", "fs-freeze-unsupported-fs"],
        FailureCode.FreezeTimedOut => ["fs-freeze-timeout", "fs-freeze-hang", "res-io-stall"],
        FailureCode.ThawCountMismatch => ["fs-freeze-double-mount", "fs-freeze-lock-held"],
        FailureCode.VmBusyWithOtherJob => ["kvm-job-already-running"],
        FailureCode.VmBackupRunning => ["sched-overlap"],
        FailureCode.VmPausedByHost => ["store-source-full", "store-scratch-full", "vmstate-not-allowed"],
        FailureCode.VmNotFound => ["vm-deleted"],
        FailureCode.VmStoppedDuringJob => ["vmstate-misreported", "kvm-qemu-crash"],
        FailureCode.CheckpointInconsistent => ["kvm-bitmap-missing-or-broken", "kvm-checkpoint-stale", "kvm-bitmap-already-exists"],
        FailureCode.DiskReadFailed => ["store-source-read-error", "kvm-image-corrupt"],
        FailureCode.DiskUnsupported => ["store-unsupported-disk"],
        FailureCode.ScratchSpaceLow => ["store-scratch-full"],
        FailureCode.VaultFull => ["store-target-full"],
        FailureCode.VaultNotFound => ["store-target-missing", "store-target-misconfigured"],
        FailureCode.VaultReadOnly => ["store-target-permission"],
        FailureCode.VaultIoFailed => ["store-target-unreachable", "store-target-hung"],
        FailureCode.VaultWrongPassphrase => ["store-key-access"],
        FailureCode.SnapshotTimedOut => ["store-target-hung", "kvm-job-already-running", "res-io-stall"],
        FailureCode.JobOwnerGone => ["host-interrupted"],
        _ => [],
    };
}
