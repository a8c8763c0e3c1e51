using System.Runtime.CompilerServices;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Tests.Restore;

/// <summary>A vault with one point whose trees are byte arrays.</summary>
internal sealed class PointInMemory(PointMetadata metadata, IReadOnlyDictionary<string, byte[]> trees) : IVault
{
    public const int Block = 65536;

    /// <summary>Trees that are said to be so large, all data.</summary>
    public Dictionary<string, long> PretendSizes { get; } = [];

    /// <summary>Called before each block of a copy; may fail it or cancel.</summary>
    public Action<string, long> BeforeBlock { get; set; } = (_, _) => { };

    public PointId Point { get; } = PointId.New(TimeProvider.System);

    public VaultId Id { get; } = new(Guid.NewGuid());

    public int BlockSize => Block;

    public PointInfo Info => new(
        Point, new(Guid.Parse(metadata.VmId)), metadata.VmName, metadata.Taken, 2,
        [.. trees.Select(t => new TreeInfo(t.Key, SizeOf(t.Key), default))], metadata.ToBytes(), 0);

    public Task<PointInfo> FindPointAsync(string idOrPrefix, CancellationToken ct) => idOrPrefix == Point.ToString()
        ? Task.FromResult(Info)
        : throw new FailureException(FailureCode.PointNotFound, Stage.Vault, ("point", idOrPrefix));

    public Task<ITreeReader> OpenTreeAsync(PointInfo point, string tree, CancellationToken ct) =>
        Task.FromResult<ITreeReader>(new Reader(this, tree, trees[tree], SizeOf(tree)));

    public Task<IReadOnlyList<PointInfo>> ListPointsAsync(SeriesId? series, CancellationToken ct) => Task.FromResult<IReadOnlyList<PointInfo>>([Info]);

    public Task<IReadOnlyList<Failure>> ListDamagedAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<IVaultWriter> BeginPointAsync(PointId id, SeriesId series, string label, PointInfo? @base, CancellationToken ct) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long SizeOf(string tree) => PretendSizes.TryGetValue(tree, out var size) ? size : trees[tree].Length;

    private sealed class Reader(PointInMemory vault, string name, byte[] content, long size) : ITreeReader
    {
        public string Name => name;

        public long SizeBytes => size;

        public int BlockSize => Block;

        public async IAsyncEnumerable<TreeExtent> ExtentsAsync([EnumeratorCancellation] CancellationToken ct)
        {
            await Task.CompletedTask;
            if (size != content.Length)
            {
                yield return new(0, size, false);
                yield break;
            }
            for (var offset = 0; offset < content.Length; offset += Block) yield return new(offset, LengthAt(offset), IsZero(offset));
        }

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
        {
            content.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
            return default;
        }

        public async Task CopyToAsync(IDiskTarget target, Action<long>? progress, CancellationToken ct)
        {
            var buffer = DiskBuffers.Allocate(Block);
            for (var offset = 0; offset < content.Length; offset += Block)
            {
                vault.BeforeBlock(name, offset / Block);
                ct.ThrowIfCancellationRequested();
                var length = LengthAt(offset);
                content.AsSpan(offset, length).CopyTo(buffer);
                if (IsZero(offset)) await target.ZeroAsync(offset, length, ct);
                else await target.WriteAsync(offset, buffer.AsMemory(0, length), ct);
                progress?.Invoke(length);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private int LengthAt(int offset) => Math.Min(Block, content.Length - offset);

        private bool IsZero(int offset) => content.AsSpan(offset, LengthAt(offset)).IndexOfAnyExcept((byte)0) < 0;
    }
}
