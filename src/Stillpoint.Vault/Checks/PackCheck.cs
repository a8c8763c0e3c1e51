using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Checks;

/// <summary>Objects that are named by the hash of their bytes: packs and index segments.</summary>
internal static class PackCheck
{
    /// <returns>Null if the stored bytes are those the object was named after.</returns>
    public static async Task<Failure?> HashAsync(IBlobStore store, BlobInfo blob, byte[] buffer, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; at < blob.Length;)
        {
            if (await store.ReadAsync(blob.Name, at, buffer, ct).ConfigureAwait(false) is not ({ } n and > 0)) return Damage.Of(blob.Name, "missing or too short").Failure;
            hash.AppendData(buffer.AsSpan(0, n));
            at += n;
        }
        var name = blob.Name[(blob.Name.LastIndexOf('/') + 1)..];
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == name ? null : Damage.Of(blob.Name, "stored hash").Failure;
    }

    public static async Task<List<(PackKind Kind, BlobInfo Blob)>> ListPacksAsync(IBlobStore store, CancellationToken ct)
    {
        var packs = new List<(PackKind, BlobInfo)>();
        foreach (var kind in new[] { PackKind.Data, PackKind.Pages })
            await foreach (var blob in store.ListAsync(PackFormat.FolderOf(kind), ct).ConfigureAwait(false)) packs.Add((kind, blob));
        return packs;
    }
}
