using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>Random at init, for ever. Checkpoints carry its first eight hex digits (<see cref="Short"/>).</summary>
public readonly record struct VaultId(Guid Value)
{
    public string Short => Value.ToString("N")[..8];

    public override string ToString() => Value.ToString("D");
}

/// <summary>
/// An open vault. Safe for many threads; any number of processes may hold one open. Nothing is locked by being open.
/// </summary>
public interface IVault : IAsyncDisposable
{
    VaultId Id { get; }

    int BlockSize { get; }

    /// <summary>Points whose manifests are whole and authentic and that are not forgotten, oldest first. Damaged manifests are not in it; <see cref="ListDamagedAsync"/> names them.</summary>
    Task<IReadOnlyList<PointInfo>> ListPointsAsync(SeriesId? series, CancellationToken ct);

    /// <summary>Manifests that could not be read, as failures with their object names.</summary>
    Task<IReadOnlyList<Failure>> ListDamagedAsync(CancellationToken ct);

    /// <summary>By whole id or a prefix of at least four characters.</summary>
    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, PointForgotten.</exception>
    Task<PointInfo> FindPointAsync(string idOrPrefix, CancellationToken ct);

    /// <summary>
    /// Begins a point: takes a lease, which is renewed until the writer is disposed. <paramref name="base"/>, if given, is pinned meanwhile.
    /// </summary>
    /// <exception cref="FailureException">VaultBusy; PointForgotten, PointNotFound: the base was forgotten meanwhile.</exception>
    Task<IVaultWriter> BeginPointAsync(PointId id, SeriesId series, string label, PointInfo? @base, CancellationToken ct);

    /// <summary>Holds a lease until disposed.</summary>
    /// <exception cref="FailureException">DiskNotInPoint, with the trees there are as evidence.</exception>
    Task<ITreeReader> OpenTreeAsync(PointInfo point, string tree, CancellationToken ct);
}
