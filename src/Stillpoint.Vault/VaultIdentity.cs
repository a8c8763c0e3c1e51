using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <summary>Which vault lies somewhere, told without a secret.</summary>
public static class VaultIdentity
{
    /// <returns>Null: none that can be read.</returns>
    public static async Task<VaultId?> FindAsync(string folder, CancellationToken ct)
    {
        try
        {
            return VaultHeader.Parse(await VaultDoor.ReadHeaderAsync(new FolderStore(folder), ct).ConfigureAwait(false)).Id;
        }
        catch (FailureException e) when (e.Failure.Code != FailureCode.Cancelled)
        {
            return null;
        }
    }

    /// <summary>Whether a second folder, not the same by another path, holds the same vault: somebody copied it by other means than <see cref="VaultCopy"/>.</summary>
    public static async Task<bool> IsTwiceAsync(VaultId id, string folder, string other, CancellationToken ct) =>
        Path.GetFullPath(folder) != Path.GetFullPath(other)
        && !FileIdentity.AreSame(Path.Combine(folder, VaultHeader.Name), Path.Combine(other, VaultHeader.Name))
        && await FindAsync(other, ct).ConfigureAwait(false) == id;
}
