namespace Stillpoint.Model;

/// <summary>What people are told of without asking. Wire names: add, never rename.</summary>
public enum AlertKind
{
    /// <summary>The newest point is older than the policy promises; also when no job ran.</summary>
    ObjectiveMissed,

    /// <summary>The newest job of the VM, or of its kind in the vault, failed.</summary>
    JobFailed,

    /// <summary>The newest points are all worth less than the policy wants.</summary>
    ConsistencyLower,

    /// <summary>At the present rate the vault's place is full within a month.</summary>
    VaultFilling,

    /// <summary>A verification found damage. Stays until somebody clears it.</summary>
    DamageFound,

    /// <summary>The newest job met the guest frozen by somebody else.</summary>
    GuestFoundFrozen,

    /// <summary>The newest point added far more than those before it.</summary>
    ChangeRateUnusual,
}
