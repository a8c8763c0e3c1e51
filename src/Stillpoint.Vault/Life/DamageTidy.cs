using Stillpoint.Vault.Index;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Drops records of damage that is no more: the pack is gone, or the id that had no place has one again or is not needed by any point.
/// What is lost and still needed stays recorded, so that a backup that can heals it.
/// </summary>
internal static class DamageTidy
{
    public static async Task RunAsync(VaultParts parts, PackLedger ledger, HashSet<BlockId> lost, CancellationToken ct)
    {
        var objects = new List<string>();
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Damaged.Folder, ct).ConfigureAwait(false)) objects.Add(blob.Name);
        if (objects.Count == 0) return;
        var all = new HashSet<(BlockId Pack, BlockId Id)>();
        foreach (var name in objects)
            if (await SealedObject.ReadAsync(parts.Store, parts.Keys, SealedKind.Damaged, name, ct).ConfigureAwait(false) is { } payload) Exclusions.AddDamaged(name, payload, all);
        var kept = new List<(BlockId Pack, BlockId Id)>();
        foreach (var entry in all)
        {
            var there = !entry.Pack.IsZero && await parts.Store.FindAsync(NameOf(ledger, entry.Pack), ct).ConfigureAwait(false) is not null;
            if (there || (lost.Contains(entry.Id) && parts.Index.FindLive(entry.Id) is null)) kept.Add(entry);
        }
        if (kept.Count == all.Count) return;
        await DamageRecords.PutAsync(parts, kept, ct).ConfigureAwait(false);
        foreach (var name in objects) await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
    }

    private static string NameOf(PackLedger ledger, BlockId pack) =>
        Packs.PackFormat.NameOf(ledger.Packs.TryGetValue(pack, out var state) ? state.Kind : Packs.PackKind.Data, pack);
}
