using Stillpoint.Model;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Checks;

/// <summary>When each pack and each point was last proven whole, down to its plain bytes, by the store's clock: docs/formats/manifest.md.</summary>
internal sealed class Proofs
{
    private const int MostInOne = 1_000_000; // 40 bytes each, within a sealed object's bound
    private readonly List<string> _objects = [];

    public Dictionary<BlockId, long> Packs { get; } = [];

    public Dictionary<PointId, long> Points { get; } = [];

    public static async Task<Proofs> LoadAsync(VaultParts parts, CancellationToken ct)
    {
        var proofs = new Proofs();
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Proof.Folder, ct).ConfigureAwait(false))
        {
            proofs._objects.Add(blob.Name);
            try
            {
                if (await SealedObject.ReadAsync(parts.Store, parts.Keys, SealedKind.Proof, blob.Name, ct).ConfigureAwait(false) is { } payload) proofs.Add(blob.Name, payload);
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
            {
                // What it proved is proven again; the next object replaces it.
            }
        }
        return proofs;
    }

    /// <summary>Puts one object in the place of those that were read. Nothing depends on it: a vault that cannot be written is only not told.</summary>
    public async Task SaveAsync(VaultParts parts, CancellationToken ct)
    {
        try
        {
            var (packs, points) = (Packs.ToArray(), Points.ToArray());
            for (var at = 0; at == 0 || at < Math.Max(packs.Length, points.Length); at += MostInOne)
                await PutAsync(parts, [.. packs.Skip(at).Take(MostInOne)], [.. points.Skip(at).Take(MostInOne)], ct).ConfigureAwait(false);
            foreach (var name in _objects) await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultReadOnly or FailureCode.VaultFull)
        {
        }
    }

    private static async Task PutAsync(VaultParts parts, KeyValuePair<BlockId, long>[] packs, KeyValuePair<PointId, long>[] points, CancellationToken ct)
    {
        var w = new PayloadWriter();
        w.U32((uint)packs.Length);
        foreach (var (pack, at) in packs)
        {
            w.Id(pack);
            w.I64(at);
        }
        w.U32((uint)points.Length);
        foreach (var (point, at) in points)
        {
            point.Value.CopyTo(w.Next(16));
            w.I64(at);
        }
        var name = SealedKind.Proof.Folder + Ulid.New(parts.Clock);
        await parts.Store.TryPutAsync(name, [SealedObject.Seal(parts.Keys, SealedKind.Proof, name, w.Written)], ct).ConfigureAwait(false);
    }

    private void Add(string name, byte[] payload)
    {
        var r = new PayloadReader(payload, name);
        for (var count = r.U32(); count > 0; count--) Keep(Packs, r.Id(), r.I64());
        for (var count = r.U32(); count > 0; count--) Keep(Points, new PointId(Ulid.FromBytes(r.Take(16))), r.I64());
        r.End();
    }

    private static void Keep<T>(Dictionary<T, long> all, T key, long at) where T : notnull => all[key] = Math.Max(at, all.GetValueOrDefault(key));
}
