using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>A vault that only lists the points it is given.</summary>
internal sealed class EmptyVault(Guid id, params PointInfo[] points) : IVault
{
    public VaultId Id => new(id);

    public int BlockSize => 65536;

    public Task<IReadOnlyList<PointInfo>> ListPointsAsync(SeriesId? series, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<PointInfo>>([.. points.Where(p => series is null || p.Series == series)]);

    public Task<IReadOnlyList<Failure>> ListDamagedAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<PointInfo> FindPointAsync(string idOrPrefix, CancellationToken ct) => throw new NotSupportedException();

    /// <summary>Why no point can be begun in it.</summary>
    public Exception Refusal { get; init; } = new NotSupportedException();

    public Task<IVaultWriter> BeginPointAsync(PointId id, SeriesId series, string label, PointInfo? @base, CancellationToken ct) => throw Refusal;

    public Task<ITreeReader> OpenTreeAsync(PointInfo point, string tree, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
