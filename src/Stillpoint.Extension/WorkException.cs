namespace Stillpoint.Extension;

/// <summary>Why there is no snapshot: a code for whoever decides, words for whoever reads. Nothing is frozen any more when it is reported.</summary>
internal sealed class WorkException(int code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="StatusCode"/>.</summary>
    public int Code => code;
}

/// <summary>Numbers with the meaning that Azure's own VMSnapshot handler gives them, so that tools which know those read ours.</summary>
internal static class StatusCode
{
    public const int
        Success = 1,
        Error = 2,
        AlreadyDone = 3,
        Accepted = 4,
        SettingsWrong = 11,
        SettingsNotOpened = 16,
        NoNetwork = 76,
        FreezeFailed = 121,
        FreezeTimedOut = 122,
        MountNotOpened = 123,

        /// <summary>There the freezing program is missing; here the guard is, without which nothing is frozen.</summary>
        GuardNotPossible = 124,
        TooLate = 402,
        HostRefused = 556;
}
