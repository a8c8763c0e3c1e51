using Stillpoint.Model;

namespace Stillpoint.Server.Http;

/// <summary>HTTP's status of a failure. Documented in docs/api/README.md.</summary>
internal static class FailureStatus
{
    public static int Of(FailureCode code) => code switch
    {
        FailureCode.NotSignedIn or FailureCode.SignInFailed or FailureCode.SecondFactorNeeded => 401,
        FailureCode.NotAllowed or FailureCode.RequestForged or FailureCode.SetUpTokenWrong => 403,
        FailureCode.EndpointUnknown or FailureCode.VmNotFound or FailureCode.VaultNotFound or FailureCode.VaultKeyNotFound or FailureCode.PointNotFound or
        FailureCode.DiskNotInPoint or FailureCode.PoolNotFound or FailureCode.JobNotFound or FailureCode.CauseUnknown or FailureCode.UserNotFound or
        FailureCode.TokenNotFound or FailureCode.PolicyNotFound or FailureCode.RuleNotFound or FailureCode.AlertNotFound or FailureCode.VmNotProtected or
        FailureCode.HostNotKnown => 404,
        FailureCode.VmBackupRunning or FailureCode.VmBusyWithOtherJob or FailureCode.VaultBusy or FailureCode.PointAmbiguous or FailureCode.JobAmbiguous or
        FailureCode.VmNameAmbiguous or FailureCode.VmNameTaken or FailureCode.VmRunning or FailureCode.UserExists or FailureCode.LastAdmin or FailureCode.SetUpDone or
        FailureCode.JobNotRunning or FailureCode.CauseNotRepairable or FailureCode.PointForgotten or FailureCode.PolicyExists or FailureCode.PolicyInUse or FailureCode.RuleExists or
        FailureCode.VaultConfigured or FailureCode.HostInUse => 409,
        FailureCode.ChangedMeanwhile or FailureCode.PolicyChanged => 412,
        FailureCode.RequestTooLarge => 413,
        FailureCode.ConfirmationNeeded => 428,
        FailureCode.TooManyAttempts or FailureCode.TooManyJobs => 429,
        FailureCode.RequestInvalid or FailureCode.UsageInvalid or FailureCode.PasswordTooShort => 400,
        FailureCode.InternalError => 500,
        FailureCode.HostUnreachable or FailureCode.HostPermissionDenied or FailureCode.HostConnectionLost or FailureCode.VaultNotResponding or
        FailureCode.VaultNotChosen or FailureCode.VaultForbidden or FailureCode.VaultWrongPassphrase or FailureCode.PassphraseMissing or
        FailureCode.PassphraseUnusable or FailureCode.SecretFileOpenToOthers or FailureCode.DataFolderUnusable or FailureCode.ServiceStopping => 503,
        FailureCode.VaultFull or FailureCode.TargetFull or FailureCode.ScratchSpaceLow => 507,
        _ => 422,
    };
}
