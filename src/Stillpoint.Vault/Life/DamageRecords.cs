using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;

namespace Stillpoint.Vault.Life;

/// <summary>Entries found unreadable, written down: docs/formats/manifest.md.</summary>
internal static class DamageRecords
{
    private const int MostInOne = 500_000; // 64 bytes each, within a sealed object's bound

    public static async Task PutAsync(VaultParts parts, IEnumerable<(BlockId Pack, BlockId Id)> entries, CancellationToken ct)
    {
        foreach (var some in entries.Chunk(MostInOne))
        {
            var name = SealedKind.Damaged.Folder + Ulid.New(parts.Clock);
            await parts.Store.TryPutAsync(name, [SealedObject.Seal(parts.Keys, SealedKind.Damaged, name, Exclusions.WriteDamaged(some))], ct).ConfigureAwait(false);
        }
    }
}
