using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>How damage is told: the object, and what about it is wrong.</summary>
internal static class Damage
{
    public static FailureException Of(string objectName, string what) =>
        new(Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", objectName)).With(new(objectName, what)));

    public static FailureException Newer(string objectName) => new(FailureCode.VaultFormatNewer, Stage.Vault, ("object", objectName));
}
