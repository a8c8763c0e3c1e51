namespace Stillpoint.Model;

/// <summary>
/// Every expected failure. The wire and text form is the name in kebab case (<c>vault-wrong-passphrase</c>); it is stable: names may be
/// added, never changed. Stillpoint.Texts has words for each in every language, and a test holds it to that.
/// </summary>
public enum FailureCode
{
    // what was asked for
    UsageInvalid,
    UsageUnknownCommand,
    UsageUnknownOption,
    UsageValueMissing,
    UsageValueUnwanted,
    UsageGivenTwice,
    UsageArgumentMissing,
    UsageArgumentUnwanted,
    UsageConflict,
    UsageChooseOne,
    NotConfirmed,
    Cancelled,
    PassphraseMissing,
    PassphraseUnusable,
    PassphrasesDiffer,

    /// <summary>A file with a secret that other users of the machine can read.</summary>
    SecretFileOpenToOthers,
    VaultNotChosen,

    /// <summary>Another was to be chosen, but the configuration of the service names one.</summary>
    VaultConfigured,
    JobNotFound,
    JobAmbiguous,

    /// <summary>The process of a job ended without finishing it.</summary>
    JobOwnerGone,

    /// <summary>A job's worker process ended without telling how, or could not be started.</summary>
    WorkerLost,

    /// <summary>A bug: an exception nobody expected reached a boundary. Its stack is the evidence.</summary>
    InternalError,
    CatalogNewer,

    /// <summary>A warning: the work is done, but its record did not get into the vault.</summary>
    CatalogNotSaved,

    /// <summary>Several data folders saved their catalogs in one vault.</summary>
    SavedCatalogAmbiguous,
    SavedCatalogNotFound,
    DataFolderUnusable,

    /// <summary>Nothing is recovered over what is there.</summary>
    DataFolderNotEmpty,

    /// <summary>The service holds the data folder: commands go through it.</summary>
    DataFolderHeld,

    /// <summary>Commands are at work in the data folder, which the service wants for itself.</summary>
    DataFolderInUse,
    ToolMissing,
    ToolFailed,
    BundleUnreadable,
    FactsUnreadable,
    CauseUnknown,

    /// <summary>What was to be repaired is not found any more, or is nothing that can be repaired.</summary>
    CauseNotRepairable,

    /// <summary>A warning of a repair: the cause is still there.</summary>
    RepairDidNotHelp,

    // policies and protection
    PolicyNotFound,
    PolicyExists,

    /// <summary>Somebody else changed it since it was read.</summary>
    PolicyChanged,
    PolicyInUse,
    PolicyUnreadable,
    RuleNotFound,
    RuleExists,
    VmNotProtected,

    /// <summary>No open one, or several.</summary>
    AlertNotFound,
    AlertNotSent,

    // the service
    ConfigUnreadable,
    ConfigUnknownKey,
    ConfigInvalid,
    CertificateUnusable,
    AddressUnusable,
    ServiceOutOfReach,

    /// <summary>A command named a host or a vault that is not the service's.</summary>
    ServiceElsewhere,
    /// <summary>A warning of a key's change: the service still has the old secret.</summary>
    ServiceSecretOutdated,
    RequestInvalid,
    RequestTooLarge,
    EndpointUnknown,
    PortalNotBuilt,
    RequestKeyReused,
    ChangedMeanwhile,
    ConfirmationNeeded,
    NotSignedIn,
    SignInFailed,
    SecondFactorNeeded,
    TooManyAttempts,
    NotAllowed,
    RequestForged,
    SetUpDone,
    SetUpTokenWrong,
    PasswordTooShort,
    UserExists,
    UserNotFound,
    LastAdmin,
    TokenNotFound,
    JobNotRunning,

    /// <summary>The command that asked for it was ended; the job was told to end too, and does so without anybody watching.</summary>
    JobGoesOn,
    JobOfAnotherProcess,

    /// <summary>It is done; what it did in full was only known to a service that ended since.</summary>
    JobReportGone,
    TooManyJobs,
    ServiceStopping,

    // host and VM
    HostNotKnown,
    HostInUse,
    HostUnreachable,
    HostPermissionDenied,
    HostRemoteNeedsWorker,
    HostConnectionLost,
    HostRefused,
    VmNotFound,
    VmNameAmbiguous,
    VmNameTaken,
    VmRunning,
    VmNotRunning,
    VmStoppedDuringJob,
    VmStartedDuringJob,
    VmPausedByHost,
    VmBusyWithOtherJob,
    VmBackupRunning,
    VmHasNoDisks,
    CheckpointInconsistent,
    SnapshotTimedOut,
    DiskReadFailed,
    DiskUnsupported,
    DiskExcluded,
    BitmapMismatch,
    TpmNotCaptured,
    ScratchSpaceLow,
    ScratchUnusable,

    // agent and freeze: reasons for a lower consistency, or failures under a strict policy
    AgentNotConfigured,
    AgentNotConnected,
    AgentNotResponding,
    AgentCommandBlocked,
    FsFreezeLockHeld,
    FreezeFailed,
    FreezeTimedOut,
    ThawCountMismatch,
    GuardNotPossible,
    GuardFired,
    WardenLost,
    BeginOutlivedFreeze,
    /// <summary>Its processors or its memory were at their end for longer than the policy's patience.</summary>
    GuestUnderLoad,
    GuestScriptFailed,

    /// <summary>A script, or a folder of them, that others than root may change, or that is none.</summary>
    GuestScriptRefused,

    /// <summary>Application consistency was wanted, and the guest has no script before the freeze.</summary>
    GuestScriptsMissing,

    /// <summary>`stillpoint-fabricd` does not answer, or does not take what it is told.</summary>
    FabricNotAnswering,

    /// <summary>The guest's Azure agent asked for nothing.</summary>
    AzureAgentSilent,

    /// <summary>Which address the VM asks from could not be found out.</summary>
    GuestAddressNotFound,

    /// <summary>An interface uses several addresses, and nobody said which are the VM's own.</summary>
    GuestAddressAmbiguous,

    /// <summary>Another VM claims the address as well.</summary>
    GuestAddressClaimed,

    /// <summary>VMs on the same bridge that no network filter holds to their addresses.</summary>
    GuestAddressNotHeld,

    /// <summary>The VM has no interface on a bridge of this host.</summary>
    VmHasNoBridge,

    /// <summary>An address of Azure's leads elsewhere on this host already, or the system refused it.</summary>
    HostAddressRefused,

    /// <summary>The guest has no Azure agent that could be made ready.</summary>
    AzureAgentMissing,

    /// <summary>Onboarding finds something else where it was to change or to take back.</summary>
    OnboardingPlaceChanged,

    /// <summary>There is nothing to take back.</summary>
    NotOnboarded,

    /// <summary>The agent is there; the extension did not call in its time.</summary>
    ExtensionSilent,

    /// <summary>The extension, or the agent about it, reported a failure; its code is the argument.</summary>
    ExtensionFailed,

    /// <summary>Application consistency was wanted of a channel that runs no scripts.</summary>
    ScriptsNotOverChannel,
    NotFrozenByPolicy,
    VmPoweredOff,
    ConsistencyNotReached,

    // vault
    VaultNotFound,
    VaultExists,
    VaultFolderNotEmpty,
    VaultWrongPassphrase,
    VaultKeyNotFound,
    VaultKeyAmbiguous,
    VaultLastKey,
    VaultFormatNewer,
    VaultDamaged,

    /// <summary>A page of the tree that an increment was to be written on; it was read in full instead.</summary>
    VaultBaseDamaged,
    VaultFull,
    VaultReadOnly,

    /// <summary>The system does not let this user look into the vault.</summary>
    VaultForbidden,
    VaultIoFailed,

    /// <summary>A call to the vault's store did not return: a hung mount.</summary>
    VaultNotResponding,

    /// <summary>Two folders hold vaults with one id: one was copied by other means than `vault copy`.</summary>
    VaultIdTwice,

    /// <summary>A vault that is no copy of the one to be copied.</summary>
    VaultNotACopy,
    VaultLeaseLost,
    VaultBusy,
    PointNotFound,
    PointAmbiguous,

    /// <summary>It was forgotten and waits for garbage collection; it can be brought back.</summary>
    PointForgotten,
    DiskNotInPoint,
    PackCondemned,

    // restore
    TargetExists,
    TargetTooSmall,
    TargetUnusable,
    TargetFull,
    TargetWriteFailed,
    PoolNotFound,
    HookFailed,
}
