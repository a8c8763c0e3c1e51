using Stillpoint.Model;

namespace Stillpoint.Cli.Output;

/// <summary>What the process's exit code says. Documented in docs/operations/cli.md; scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0, Failed = 1, Usage = 2, NotFound = 3, WrongPassphrase = 5, VaultDamaged = 6, Busy = 7, Permission = 8,
        HostOutOfReach = 9, NoSpace = 10, LessThanWanted = 11, Bug = 70, Cancelled = 130;

    public static int Of(FailureCode code) => code switch
    {
        FailureCode.UsageInvalid or FailureCode.UsageUnknownCommand or FailureCode.UsageUnknownOption or FailureCode.UsageValueMissing or
        FailureCode.UsageValueUnwanted or FailureCode.UsageGivenTwice or FailureCode.UsageArgumentMissing or FailureCode.UsageArgumentUnwanted or
        FailureCode.UsageConflict or FailureCode.UsageChooseOne or FailureCode.ServiceElsewhere or FailureCode.RequestInvalid or FailureCode.PolicyUnreadable or FailureCode.PassphraseMissing or FailureCode.PassphraseUnusable or
        FailureCode.PassphrasesDiffer or FailureCode.SecretFileOpenToOthers or FailureCode.VaultKeyAmbiguous or FailureCode.VaultNotChosen or FailureCode.VaultConfigured or FailureCode.PointAmbiguous or FailureCode.JobAmbiguous or
        FailureCode.VmNameAmbiguous => Usage,
        FailureCode.VmNotFound or FailureCode.VmNotProtected or FailureCode.PolicyNotFound or FailureCode.RuleNotFound or FailureCode.AlertNotFound or FailureCode.HostNotKnown or FailureCode.VaultNotFound or FailureCode.VaultKeyNotFound or FailureCode.PointNotFound or FailureCode.PointForgotten or
        FailureCode.NotOnboarded or FailureCode.DiskNotInPoint or FailureCode.PoolNotFound or FailureCode.JobNotFound or FailureCode.CauseUnknown => NotFound,
        FailureCode.SavedCatalogAmbiguous or FailureCode.GuestAddressAmbiguous => Usage,
        FailureCode.SavedCatalogNotFound => NotFound,
        FailureCode.VaultWrongPassphrase => WrongPassphrase,
        FailureCode.VaultDamaged => VaultDamaged,
        FailureCode.VmBackupRunning or FailureCode.VmBusyWithOtherJob or FailureCode.VaultBusy or FailureCode.DataFolderHeld or
        FailureCode.DataFolderInUse or FailureCode.TooManyJobs or FailureCode.ServiceStopping => Busy,
        FailureCode.HostPermissionDenied or FailureCode.VaultReadOnly or FailureCode.VaultForbidden or
        FailureCode.DataFolderUnusable => Permission,
        FailureCode.HostUnreachable or FailureCode.HostRemoteNeedsWorker or FailureCode.HostConnectionLost or FailureCode.ServiceOutOfReach => HostOutOfReach,
        FailureCode.VaultFull or FailureCode.TargetFull or FailureCode.ScratchSpaceLow => NoSpace,
        FailureCode.InternalError => Bug,
        FailureCode.Cancelled or FailureCode.JobGoesOn => Cancelled,
        _ => Failed,
    };
}
