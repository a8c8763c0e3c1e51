using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Space kept back so that a full vault can be helped: deleting needs room first, for a lease, a list of condemned packs, and an index segment that replaces
/// others before they go (at most some 14 MiB at a time). Made with the vault and after each collection where there is room; given up when a put of a forget or a
/// collection finds the vault full.
/// </summary>
internal static class Reserve
{
    public const string Folder = "reserve/";
    public const int Objects = 8;
    public const int ObjectBytes = 4 << 20;

    /// <summary>The same vault for work that may use the reserve.</summary>
    public static VaultParts Over(VaultParts parts) => parts with { Store = new ReserveStore(parts.Store) };

    /// <summary>Puts what is missing of it, as far as there is room.</summary>
    public static async Task MakeAsync(IBlobStore store, CancellationToken ct)
    {
        var bytes = new byte[ObjectBytes];
        for (var i = 1; i <= Objects; i++)
        {
            if (await store.FindAsync(NameOf(i), ct).ConfigureAwait(false) is not null) continue;
            RandomNumberGenerator.Fill(bytes); // a file system that compresses must give real room for it
            try
            {
                await store.TryPutAsync(NameOf(i), [bytes], ct).ConfigureAwait(false);
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VaultFull or FailureCode.VaultReadOnly)
            {
                return;
            }
        }
    }

    /// <returns>Whether there was anything to give up.</returns>
    public static async Task<bool> ReleaseAsync(IBlobStore store, CancellationToken ct)
    {
        var any = false;
        for (var i = 1; i <= Objects; i++)
        {
            if (await store.FindAsync(NameOf(i), ct).ConfigureAwait(false) is null) continue;
            await store.DeleteAsync(NameOf(i), ct).ConfigureAwait(false);
            any = true;
        }
        return any;
    }

    private static string NameOf(int number) => Folder + (char)('0' + number);
}
