namespace Stillpoint.Doctor;

/// <summary>The snapshot extension's own numbers and their names. Azure's; they do not change.</summary>
public static class ExtensionCode
{
    private static readonly (int Number, string Name)[] Table =
    [
        (0, "success_appconsistent"), (1, "success"), (2, "error"), (3, "SuccessAlreadyProcessedInput"), (4, "ExtensionTempTerminalState"),
        (11, "error_parameter"), (12, "error_12"), (13, "error_wrong_time"), (14, "error_same_taskid"), (15, "error_http_failure"),
        (16, "FailedHandlerGuestAgentCertificateNotFound"), (17, "FailedInvalidDataDiskLunList"),
        (76, "FailedRetryableSnapshotFailedNoNetwork"), (761, "FailedRetryableSnapshotFailedRestrictedNetwork"),
        (85, "FailedSnapshotLimitReached"), (121, "FailedRetryableFsFreezeFailed"), (122, "FailedRetryableFsFreezeTimeout"),
        (123, "FailedRetryableUnableToOpenMount"), (124, "FailedSafeFreezeBinaryNotFound"), (173, "FailedRetryableSnapshotRateExceeded"),
        (300, "FailedPrepostPreScriptFailed"), (301, "FailedPrepostPostScriptFailed"), (302, "FailedPrepostPreScriptNotFound"),
        (303, "FailedPrepostPostScriptNotFound"), (304, "FailedPrepostPluginhostConfigParsing"), (305, "FailedPrepostPluginConfigParsing"),
        (306, "FailedPrepostPreScriptPermissionError"), (307, "FailedPrepostPostScriptPermissionError"), (308, "FailedPrepostPreScriptTimeout"),
        (309, "FailedPrepostPostScriptTimeout"), (310, "FailedPrepostPluginhostPreTimeout"), (311, "FailedPrepostPluginhostPostTimeout"),
        (312, "FailedPrepostCheckSumMismatch"), (313, "FailedPrepostPluginhostConfigNotFound"),
        (314, "FailedPrepostPluginhostConfigPermissionError"), (315, "FailedPrepostPluginhostConfigOwnershipError"),
        (316, "FailedPrepostPluginConfigNotFound"), (317, "FailedPrepostPluginConfigPermissionError"),
        (318, "FailedPrepostPluginConfigOwnershipError"), (402, "FailedGuestAgentInvokedCommandTooLate"),
        (500, "FailedWorkloadPreError"), (501, "FailedWorkloadConfParsingError"), (502, "FailedWorkloadInvalidRole"),
        (503, "FailedWorkloadInvalidWorkloadName"), (504, "FailedWorkloadPostError"), (505, "FailedWorkloadAuthorizationMissing"),
        (506, "FailedWorkloadConnectionError"), (507, "FailedWorkloadIPCDirectoryMissing"), (508, "FailedWorkloadDatabaseStatusChanged"),
        (509, "FailedWorkloadQuiescingError"), (510, "FailedWorkloadQuiescingTimeout"), (511, "FailedWorkloadDatabaseInNoArchiveLog"),
        (512, "FailedWorkloadLogModeChanged"), (556, "FailedHostSnapshotRemoteServerError"),
    ];

    private static readonly Dictionary<string, int> Numbers = Table.ToDictionary(c => c.Name, c => c.Number, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<int, string> Names = Table.ToDictionary(c => c.Number, c => c.Name);

    public static string? NameOf(int number) => Names.GetValueOrDefault(number);

    /// <summary>Also of a name that the log wrote with more or less around it (<c>ExtensionErrorCodeEnum.success</c>).</summary>
    public static int? NumberOf(string name) => Numbers.TryGetValue(name, out var number) ? number : null;
}
