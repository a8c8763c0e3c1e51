using System.Security.Cryptography;
using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Copies;

/// <summary>Copies packs whole. Each is checked against the hash it is named by before it is stored, so damage is never passed on.</summary>
internal sealed class PackCopy(VaultParts from, VaultParts to, SegmentCollector segments, Action<long>? progress)
{
    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <exception cref="Model.FailureException">VaultDamaged: the source's pack is not what its name says.</exception>
    public async Task RunAsync(PackRef pack, CancellationToken ct)
    {
        if (await FindWholeAsync(pack, ct).ConfigureAwait(false) is not { } blob)
        {
            var bytes = await WholeObject.ReadAsync(from.Store, pack.ObjectName, PackFormat.MaxPack, ct).ConfigureAwait(false) ?? throw Damage.Of(pack.ObjectName, "missing");
            if (BlockId.Read(SHA256.HashData(bytes)) != pack.Name) throw Damage.Of(pack.ObjectName, "stored hash");
            await to.Store.TryPutAsync(pack.ObjectName, [bytes], ct).ConfigureAwait(false);
            blob = new(pack.ObjectName, bytes.Length, default);
            Count++;
            Bytes += bytes.Length;
        }
        var (stored, entries) = await PackFooter.ReadAsync(to.Store, to.Keys, pack.Kind, blob, ct).ConfigureAwait(false);
        var known = await to.Index.FindAllAsync(entries[0].Id, ct).ConfigureAwait(false);
        if (!known.Exists(p => p.Pack.Name == pack.Name)) segments.Add(stored, entries); // else it was damaged, indexed long ago, and is whole again
        progress?.Invoke(pack.Length);
    }

    /// <summary>A pack that a run before this one stored and did not come to index. One that was found damaged there makes room for the source's.</summary>
    private async Task<BlobInfo?> FindWholeAsync(PackRef pack, CancellationToken ct)
    {
        if (await to.Store.FindAsync(pack.ObjectName, ct).ConfigureAwait(false) is not { } blob) return null;
        if (blob.Length == pack.Length && !to.Index.Exclusions.DamagedEntries.Any(e => e.Pack == pack.Name)) return blob;
        if (await PackCheck.HashAsync(to.Store, blob, new byte[1 << 20], ct).ConfigureAwait(false) is null) return blob;
        await to.Store.DeleteAsync(pack.ObjectName, ct).ConfigureAwait(false);
        return null;
    }
}
