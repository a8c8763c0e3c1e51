using System.Security.Cryptography;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Packs;

internal static class PackStore
{
    /// <summary>Names a finished pack by its hash and puts it: durable when this returns.</summary>
    public static async Task<PackRef> PutAsync(IBlobStore store, SealedPack pack, CancellationToken ct)
    {
        var body = pack.Buffer.AsMemory(0, pack.BodyLength);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(body.Span);
        hash.AppendData(pack.Tail);
        var stored = new PackRef(BlockId.Read(hash.GetHashAndReset()), pack.Salt, pack.BodyLength + pack.Tail.Length, pack.Kind);
        // False would mean these very bytes are there already, which is as good.
        _ = await store.TryPutAsync(stored.ObjectName, [body, pack.Tail], ct).ConfigureAwait(false);
        return stored;
    }
}
