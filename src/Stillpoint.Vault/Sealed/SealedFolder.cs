using System.Runtime.CompilerServices;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Sealed;

internal static class SealedFolder
{
    /// <summary>Every sealed object of a kind; those that vanish meanwhile are skipped.</summary>
    /// <exception cref="Model.FailureException">VaultDamaged at the first that does not open.</exception>
    public static async IAsyncEnumerable<(string Name, byte[] Payload)> ReadAsync(
        IBlobStore store, Keyring keys, SealedKind kind, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var blob in store.ListAsync(kind.Folder, ct).ConfigureAwait(false))
            if (await SealedObject.ReadAsync(store, keys, kind, blob.Name, ct).ConfigureAwait(false) is { } payload)
                yield return (blob.Name, payload);
    }
}
