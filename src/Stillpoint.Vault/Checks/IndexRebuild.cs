using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault;

/// <param name="Damaged">Packs whose footer cannot be read: what they hold is not in the new index.</param>
public sealed record RebuildReport(long Packs, long Entries, int Segments, IReadOnlyList<Failure> Damaged);

public static class IndexRebuild
{
    private const int EntriesPerSegment = 512 * 1024;

    /// <summary>
    /// Makes the index anew from the packs' footers. Excludes all other work. The old segments hold until the new ones are durable: the last new one
    /// names them as superseded, then they are deleted.
    /// </summary>
    /// <exception cref="FailureException">VaultBusy, naming who is at work; the store's.</exception>
    public static async Task<RebuildReport> RunAsync(OpenVault vault, Action<long>? progress, CancellationToken ct)
    {
        var parts = vault.Parts;
        var terms = new LeaseTerms(LeaseKind.Exclusive, LeaseTerms.DefaultDuration, null, null, ProcessIdentity.Current, "rebuilding the index");
        var lease = await LeaseKeeper.TakeAsync(parts.Store, parts.Keys, terms, parts.Clock, ct).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            var old = new List<string>();
            await foreach (var blob in parts.Store.ListAsync(IndexFormat.Folder, ct).ConfigureAwait(false)) old.Add(blob.Name);
            var damaged = new List<Failure>();
            var batch = new List<(PackRef Pack, IReadOnlyList<PackEntry> Entries)>();
            var (packs, entries, segments, waiting) = (0L, 0L, new List<string>(), 0);
            var listed = await PackCheck.ListPacksAsync(parts.Store, ct).ConfigureAwait(false);
            // A pack of a writer that died may be seen and not be safe yet; once it is indexed others build on it.
            foreach (var kind in new[] { PackKind.Data, PackKind.Pages }) await parts.Store.SettleAsync(PackFormat.FolderOf(kind), ct).ConfigureAwait(false);
            foreach (var (kind, blob) in listed)
            {
                try
                {
                    var read = await PackFooter.ReadAsync(parts.Store, parts.Keys, kind, blob, ct).ConfigureAwait(false);
                    batch.Add(read);
                    packs++;
                    entries += read.Entries.Count;
                    waiting += read.Entries.Count;
                }
                catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
                {
                    damaged.Add(e.Failure);
                }
                progress?.Invoke(blob.Length);
                if (waiting < EntriesPerSegment) continue;
                segments.Add(await PutAsync(vault, batch, [], ct).ConfigureAwait(false));
                batch.Clear();
                waiting = 0;
            }
            await lease.CheckAsync(ct).ConfigureAwait(false);
            var superseded = old.Except(segments).Select(n => BlockId.TryParseHex(n.AsSpan(IndexFormat.Folder.Length), out var id) ? id : default).Where(id => !id.IsZero);
            segments.Add(await PutAsync(vault, batch, [.. superseded], ct).ConfigureAwait(false));
            foreach (var name in old.Except(segments)) await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
            await parts.Index.RefreshAsync(ct).ConfigureAwait(false);
            return new(packs, entries, segments.Count, damaged);
        }
    }

    private static async Task<string> PutAsync(
        OpenVault vault, List<(PackRef Pack, IReadOnlyList<PackEntry> Entries)> packs, IReadOnlyCollection<BlockId> superseded, CancellationToken ct)
    {
        var bytes = SegmentWriter.Build(vault.Parts.Keys, packs, superseded);
        var name = IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes));
        await vault.Parts.Store.TryPutAsync(name, [bytes], ct).ConfigureAwait(false);
        return name;
    }
}
