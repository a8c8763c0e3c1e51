using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault;

/// <summary>A vault opened with a secret. See <see cref="IVault"/>.</summary>
public sealed class OpenVault : IVault
{
    private OpenVault(VaultParts parts)
    {
        Parts = parts;
        Points = new(parts.Store, parts.Keys);
    }

    public VaultId Id => Parts.Header.Id;

    public int BlockSize => Parts.Header.BlockSize;

    internal VaultParts Parts { get; set; }

    internal PointList Points { get; }

    /// <exception cref="FailureException">VaultNotFound, VaultDamaged, VaultFormatNewer, VaultWrongPassphrase, and the store's.</exception>
    public static async Task<OpenVault> OpenAsync(IBlobStore store, VaultSecret secret, TimeProvider clock, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, secret, ct).ConfigureAwait(false);
        return Of(store, keys, header, clock);
    }

    /// <param name="keys">Disposed with the vault.</param>
    internal static OpenVault Of(IBlobStore store, Keyring keys, VaultHeader header, TimeProvider clock)
    {
        var index = new BlockIndex(store, keys);
        var blocks = new BlockReader(store, keys, index, header.BlockSize);
        return new(new(store, keys, header, index, blocks, new(blocks), clock));
    }

    public Task<IReadOnlyList<PointInfo>> ListPointsAsync(SeriesId? series, CancellationToken ct) => Points.ListAsync(series, bare: false, ct);

    /// <summary>All points, each with empty <see cref="PointInfo.Metadata"/>: for who counts or reads trees. Of 200,000 it takes some tens of MiB in place of gigabytes.</summary>
    public Task<IReadOnlyList<PointInfo>> ListBareAsync(CancellationToken ct) => Points.ListAsync(null, bare: true, ct);

    /// <summary>Points that were forgotten and are still there: <see cref="VaultForget.UnforgetAsync"/> brings them back.</summary>
    public Task<IReadOnlyList<ForgottenPoint>> ListForgottenAsync(CancellationToken ct) => Points.ListForgottenAsync(ct);

    public Task<IReadOnlyList<Failure>> ListDamagedAsync(CancellationToken ct) => Points.ListDamagedAsync(ct);

    public Task<PointInfo> FindPointAsync(string idOrPrefix, CancellationToken ct) => Points.FindAsync(idOrPrefix, ct);

    /// <returns>Null: it is gone, forgotten or damaged since it was listed.</returns>
    public async Task<PointInfo?> ReadPointAsync(PointLine line, CancellationToken ct) =>
        await Parts.Store.FindAsync(ForgottenMarks.NameOf(line.Series, line.Id), ct).ConfigureAwait(false) is null
            ? await Points.TryReadAsync(Manifest.NameOf(line.Series, line.Id), ct).ConfigureAwait(false)
            : null;

    /// <summary>Who is at work here, those that are dead or expired included.</summary>
    public Task<IReadOnlyList<LeaseInfo>> ListLeasesAsync(CancellationToken ct) => LeaseList.ReadAsync(Parts.Store, Parts.Keys, ct);

    public async Task<IVaultWriter> BeginPointAsync(PointId id, SeriesId series, string label, PointInfo? @base, CancellationToken ct)
    {
        var terms = new LeaseTerms(LeaseKind.Writer, LeaseTerms.DefaultDuration, id, @base?.Id, ProcessIdentity.Current, $"backup of {label}");
        var lease = await LeaseKeeper.TakeAsync(Parts.Store, Parts.Keys, terms, Parts.Clock, ct).ConfigureAwait(false);
        try
        {
            await Parts.Index.RefreshAsync(ct).ConfigureAwait(false);
            if (Parts.Index.ExclusionsUnknown is { } unknown) throw new FailureException(unknown);
            // Looked at after the lease was put: garbage collection looks at leases after a point was forgotten. One of the two sees the other.
            if (@base is not null) await ForgottenMarks.MustBeThereAsync(Parts, @base, ct).ConfigureAwait(false);
            var writer = new VaultWriter(Parts, lease, id, series, label);
            lease = null;
            return writer;
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async Task<ITreeReader> OpenTreeAsync(PointInfo point, string tree, CancellationToken ct)
    {
        if (point.FindTree(tree) is not { } found)
        {
            var trees = string.Join(", ", point.Trees.Select(t => t.Name));
            throw new FailureException(Failure.Of(
                FailureCode.DiskNotInPoint, Stage.Input, ("disk", tree), ("point", point.Id.ToString()), ("disks", trees)).With(new("manifest", trees)));
        }
        var lease = await TakeReaderLeaseAsync(point.Id, $"reading {tree} of {point.SeriesLabel}", ct).ConfigureAwait(false);
        try
        {
            await ForgottenMarks.MustBeThereAsync(Parts, point, ct).ConfigureAwait(false);
            await Parts.Index.RefreshAsync(ct).ConfigureAwait(false);
            var reader = new TreeReader(Parts, found, lease);
            lease = null;
            return reader;
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        Parts.Blocks.Dispose();
        Parts.Keys.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <returns>Null where the store cannot be written: then nobody can collect anything there either.</returns>
    internal async Task<LeaseKeeper?> TakeReaderLeaseAsync(PointId? point, string purpose, CancellationToken ct)
    {
        var terms = new LeaseTerms(LeaseKind.Reader, LeaseTerms.DefaultDuration, point, null, ProcessIdentity.Current, purpose);
        try
        {
            return await LeaseKeeper.TakeAsync(Parts.Store, Parts.Keys, terms, Parts.Clock, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultReadOnly or FailureCode.VaultFull)
        {
            return null; // a restore from a full or read-only vault must go on
        }
    }
}
