using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault.Points;

/// <summary>Writes one point; the order of <see cref="CommitAsync"/> is the heart of the vault's promise (docs/formats/vault.md).</summary>
internal sealed class VaultWriter(VaultParts parts, LeaseKeeper lease, PointId point, SeriesId series, string label) : IVaultWriter
{
    private readonly BlockSink _sink = new(parts);
    private readonly List<TreeWriter> _trees = [];

    public PointId Point => point;

    public int BlockSize => parts.Header.BlockSize;

    public WriterStatistics Statistics => _sink.Statistics;

    public ITreeWriter BeginTree(string name, long sizeBytes, TreeInfo? @base)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        if (_trees.Any(t => t.Name == name)) throw new ArgumentException($"tree {name} was begun before", nameof(name));
        var tree = new TreeWriter(_sink, parts.Blocks, name, sizeBytes, BlockSize, @base is null ? null : new BaseTree(parts, @base));
        _trees.Add(tree);
        return tree;
    }

    public async Task<PointInfo> CommitAsync(int rank, ReadOnlyMemory<byte> metadata, CancellationToken ct)
    {
        if (metadata.Length > Manifest.MaxMetadata) throw new ArgumentException("metadata too long", nameof(metadata));
        var trees = _trees.ConvertAll(t => t.Finish());
        await _sink.FlushAsync(ct).ConfigureAwait(false);
        var created = await parts.Store.NowAsync(ct).ConfigureAwait(false);
        var info = new PointInfo(point, series, label, created, rank, trees, metadata, _sink.BytesStored);
        var payload = Manifest.Write(info, await PreviousAsync(ct).ConfigureAwait(false));
        var pending = Manifest.PendingNameOf(point);
        await parts.Store.TryPutAsync(pending, [SealedObject.Seal(parts.Keys, SealedKind.Pending, pending, payload)], ct).ConfigureAwait(false);
        var committed = false;
        try
        {
            // Segments of others, by which blocks were known: whoever put them may have died before their folder was synced.
            await parts.Store.SettleAsync(IndexFormat.Folder, ct).ConfigureAwait(false);
            await lease.CheckAsync(ct).ConfigureAwait(false);
            var name = Manifest.NameOf(series, point);
            if (!await parts.Store.TryPutAsync(name, [SealedObject.Seal(parts.Keys, SealedKind.Manifest, name, payload)], ct).ConfigureAwait(false))
                throw new InvalidOperationException($"point {point} is there already: point ids are never used twice");
            await CheckNotFencedAsync(name).ConfigureAwait(false);
            committed = true;
        }
        finally
        {
            if (!committed) await TryDeleteAsync(pending).ConfigureAwait(false);
        }
        // The point exists. What is left is tidying: a pending manifest whose point exists binds nobody.
        await parts.Store.DeleteAsync(pending, CancellationToken.None).ConfigureAwait(false);
        return info;
    }

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync().ConfigureAwait(false);
        await lease.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Whether garbage collection gave this writer up between the look at the lease and the put (the machine slept just there). Then what the point
    /// refers to may be gone: the manifest is taken back.
    /// </summary>
    private async Task CheckNotFencedAsync(string name)
    {
        if (!await Fences.StandsAsync(parts.Store, series, point).ConfigureAwait(false)) return;
        await parts.Store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        throw new FailureException(Failure.Of(FailureCode.VaultLeaseLost, Stage.Commit, ("lease", lease.Id)).CanRetry());
    }

    private async Task TryDeleteAsync(string name)
    {
        try
        {
            await parts.Store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FailureException)
        {
            // Left for garbage collection; what made the commit fail is told, not this.
        }
    }

    /// <summary>Hash of the newest manifest of the series; zero if there is none.</summary>
    private async Task<BlockId> PreviousAsync(CancellationToken ct)
    {
        string? newest = null;
        await foreach (var blob in parts.Store.ListAsync($"{SealedKind.Manifest.Folder}{series}/", ct).ConfigureAwait(false))
            if (newest is null || string.CompareOrdinal(blob.Name, newest) > 0) newest = blob.Name;
        if (newest is null || await Stores.WholeObject.ReadAsync(parts.Store, newest, SealedObject.MaxBytes, ct).ConfigureAwait(false) is not { } bytes) return BlockId.Zero;
        return BlockId.Read(SHA256.HashData(bytes));
    }
}
