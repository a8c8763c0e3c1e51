using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Index;

/// <summary>What the objects below <c>condemned/</c> and <c>damaged/</c> take out of the index.</summary>
internal sealed record Exclusions(IReadOnlySet<BlockId> CondemnedPacks, IReadOnlySet<(BlockId Pack, BlockId Id)> DamagedEntries)
{
    public static readonly Exclusions None = new(new HashSet<BlockId>(), new HashSet<(BlockId, BlockId)>());

    public bool IsEmpty => CondemnedPacks.Count == 0 && DamagedEntries.Count == 0;

    public bool Contains(Place place) =>
        CondemnedPacks.Contains(place.Pack.Name) || DamagedEntries.Contains((place.Pack.Name, place.Entry.Id));

    /// <summary>Order of preference among places of one id: whole before delta, then what is condemned, what is damaged last.</summary>
    public int CostOf(Place place) =>
        (place.Entry.Codec == Codec.Delta ? 1 : 0) + (CondemnedPacks.Contains(place.Pack.Name) ? 2 : 0)
        + (DamagedEntries.Count > 0 && DamagedEntries.Contains((place.Pack.Name, place.Entry.Id)) ? 4 : 0);

    /// <exception cref="FailureException">VaultDamaged: a condemned object that cannot be read might name any pack.</exception>
    public static async Task<Exclusions> LoadAsync(IBlobStore store, Keyring keys, CancellationToken ct)
    {
        var condemned = new HashSet<BlockId>();
        var damaged = new HashSet<(BlockId, BlockId)>();
        await foreach (var (name, payload) in SealedFolder.ReadAsync(store, keys, SealedKind.Condemned, ct).ConfigureAwait(false)) AddCondemned(name, payload, condemned);
        await foreach (var (name, payload) in SealedFolder.ReadAsync(store, keys, SealedKind.Damaged, ct).ConfigureAwait(false)) AddDamaged(name, payload, damaged);
        return condemned.Count + damaged.Count == 0 ? None : new(condemned, damaged);
    }

    public static byte[] WriteCondemned(IReadOnlyCollection<(PackKind Kind, BlockId Pack)> packs)
    {
        var w = new PayloadWriter();
        w.U32((uint)packs.Count);
        foreach (var (kind, pack) in packs)
        {
            w.U8((byte)kind);
            w.Id(pack);
        }
        return w.Written.ToArray();
    }

    public static byte[] WriteDamaged(IReadOnlyCollection<(BlockId Pack, BlockId Id)> entries)
    {
        var w = new PayloadWriter();
        w.U32((uint)entries.Count);
        foreach (var (pack, id) in entries)
        {
            w.Id(pack);
            w.Id(id);
        }
        return w.Written.ToArray();
    }

    private static void AddCondemned(string name, byte[] payload, HashSet<BlockId> condemned)
    {
        var r = new PayloadReader(payload, name);
        for (var count = r.U32(); count > 0; count--)
        {
            _ = r.U8();
            condemned.Add(r.Id());
        }
        r.End();
    }

    public static void AddDamaged(string name, byte[] payload, HashSet<(BlockId, BlockId)> damaged)
    {
        var r = new PayloadReader(payload, name);
        for (var count = r.U32(); count > 0; count--) damaged.Add((r.Id(), r.Id()));
        r.End();
    }
}
