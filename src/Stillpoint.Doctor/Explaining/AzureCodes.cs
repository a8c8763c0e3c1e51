namespace Stillpoint.Doctor.Explaining;

/// <summary>Codes that Azure's backup service reports, and the causes that hide behind each, the one to look at first in front. Azure's names, its spelling included.</summary>
internal static class AzureCodes
{
    /// <summary>Behind the umbrella message: every cause the article about it lists, in its order.</summary>
    public static readonly string[] Umbrella =
    [
        "net-no-outbound", "net-restricted", "net-proxy", "agent-not-running", "agent-outdated", "agent-crash-loop", "ext-load-failed",
        "ext-version-outdated", "ext-provider-service-disabled", "sql-vss-full-backup", "vmstate-misreported", "sched-concurrent", "res-high-cpu",
        "res-high-memory", "net-dhcp-no-host-address", "net-hostchannel-blocked", "snap-status-unavailable",
    ];

    private static readonly Dictionary<string, string[]> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GuestAgentSnapshotTaskStatusError"] = Umbrella,
        ["UserErrorGuestAgentStatusUnavailable"] =
            ["agent-not-running", "net-hostchannel-blocked", "agent-outdated", "agent-windows-unresponsive", "net-no-outbound", "agent-not-installed"],
        ["ExtensionSnapshotFailedNoNetwork"] = ["net-no-outbound", "ext-agent-api-mismatch", "net-proxy", "net-dns"],
        ["ExtensionSnapshotFailedNoSecureNetwork"] = ["net-tls-trust"],
        ["ExtensionFailedTimeoutVMNetworkUnresponsive"] = ["net-slow", "res-high-cpu"],
        ["BackUpOperationFailed"] = ["net-no-outbound", "snap-resource-lock", "ext-load-failed"],
        ["BackUpOperationFailedV2"] = ["net-no-outbound", "ext-load-failed"],
        ["ExtensionOperationFailedForManagedDisks"] = ["agent-clock-skew", "snap-conflict"],
        ["ExtensionConfigParsingFailure"] = ["agent-cert-failure", "ext-bad-input"],
        ["FailedHandlerGuestAgentCertificateNotFound"] = ["agent-cert-failure"],
        ["UserErrorVmNotInDesirableState"] = ["vmstate-not-allowed", "agent-selinux-denied"],
        ["VmNotInDesirableState"] = ["vmstate-not-allowed", "agent-selinux-denied"],
        ["ExtentionOperationFailed"] = ["ext-load-failed", "ext-exec-blocked"],
        ["ExtensionOperationFailed"] = ["ext-load-failed", "ext-exec-blocked"],
        ["ExtensionInstallationFailedCOM"] = ["ext-com-error"],
        ["ExtensionInstallationFailedMDTC"] = ["ext-com-error"],
        ["ExtensionSnapshotFailedCOM"] = ["ext-com-error"],
        ["ExtensionVCRedistInstallationFailure"] = ["ext-com-error"],
        ["UserErrorRequestDisallowedByPolicy"] = ["ext-policy-blocked"],
        ["RequestDisallowedByPolicy"] = ["ext-policy-blocked"],
        ["UserErrorVmProvisioningStateFailed"] = ["ext-other-failed"],
        ["ExtensionStuckInDeletionState"] = ["ext-stuck-transitioning"],
        ["VMRestorePointInternalError"] = ["ext-exec-blocked", "vss-writer-bad-state"],
        ["UserErrorFsFreezeFailed"] = ["fs-freeze-failed", "fs-freeze-double-mount", "fs-freeze-lock-held"],
        ["ExtensionFailedVssWriterInBadState"] = ["vss-writer-bad-state", "res-io-stall"],
        ["ExtensionFailedVssServiceInBadState"] = ["vss-writer-bad-state"],
        ["ExtensionSnapshotBitlockerError"] = ["vss-bitlocker-locked"],
        ["ExtensionFailedSnapshotLimitReachedError"] = ["snap-limit-reached", "snap-rate-limited"],
        ["SnapshotRateExceeded"] = ["snap-rate-limited"],
        ["SnapshotCountExceeded"] = ["snap-limit-reached"],
        ["UserErrorRpCollectionLimitReached"] = ["snap-resource-lock"],
        ["AzureVmOffline"] = ["agent-not-installed", "vmstate-misreported"],
        ["ResourceNotFound"] = ["vm-deleted"],
        ["BCMV2VMNotFound"] = ["vm-deleted"],
        ["UserErrorBackupOperationInProgress"] = ["sched-overlap"],
        ["UserErrorBCMPremiumStorageQuotaError"] = ["store-target-full"],
        ["UserErrorUnsupportedDiskSize"] = ["store-unsupported-disk"],
        ["CopyingVHDsFromBackUpVaultTakingLongTime"] = ["store-transfer-slow"],
        ["UserErrorKeyvaultPermissionsNotConfigured"] = ["store-key-access"],
    };

    private static readonly Dictionary<int, string[]> ByNumber = new()
    {
        [2] = ["snap-inconsistent"], [11] = ["ext-bad-input"], [13] = ["agent-clock-skew"], [16] = ["agent-cert-failure"], [17] = ["ext-bad-input"],
        [76] = ["net-no-outbound", "ext-agent-api-mismatch"], [761] = ["net-restricted"], [85] = ["snap-limit-reached"],
        [121] = ["fs-freeze-failed", "fs-freeze-lock-held", "fs-freeze-double-mount"], [122] = ["fs-freeze-timeout", "res-io-stall", "res-high-cpu"],
        [123] = ["fs-mount-open-failed"], [124] = ["ext-safefreeze-missing"], [173] = ["snap-rate-limited"],
        [402] = ["ext-invoked-too-late", "agent-clock-skew"], [556] = ["snap-host-service-error"],
        [320001] = ["vm-deleted"], [400094] = ["vm-deleted"], [380008] = ["agent-not-installed", "vmstate-misreported"],
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static IReadOnlyList<string> CausesOf(string name) => ByName.GetValueOrDefault(name) ?? [];

    public static IReadOnlyList<string> CausesOf(int number) => number switch
    {
        >= 300 and <= 318 => ["fs-freeze-hook-failed"],
        >= 500 and <= 512 => ["app-db-quiesce-failed"],
        _ => ByNumber.GetValueOrDefault(number) ?? [],
    };
}
