using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>A tree that is a byte array over its base, and refuses to have a block put twice.</summary>
internal sealed class MemoryTree(long size, int blockSize, byte[] @base) : ITreeWriter
{
    private readonly HashSet<long> _put = [];
    private readonly Lock _lock = new();

    public byte[] Content { get; } = Grown(@base, size);

    public FailureException? FailWith { get; init; }

    public IReadOnlyCollection<long> BlocksPut => _put;

    public string Name => "vda";

    public long SizeBytes => size;

    public long BlockCount => (size + blockSize - 1) / blockSize;

    public IReadOnlyList<long> BlocksToHeal { get; init; } = [];

    public Failure? BaseDamage => DamagedFrom is { } from && _put.Any(b => b >= from) ? Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", "pages/x")) : null;

    /// <summary>The base shows its damage once a block from this one on is put.</summary>
    public long? DamagedFrom { get; init; }

    public bool Put(long block, ReadOnlySpan<byte> data)
    {
        if (FailWith is not null) throw FailWith;
        lock (_lock)
        {
            if (!_put.Add(block)) throw new InvalidOperationException($"block {block} was put twice");
        }
        var changed = !BaseEquals(block, data);
        data.CopyTo(Content.AsSpan((int)(block * blockSize)));
        return changed;
    }

    public void PutZero(long firstBlock, long count)
    {
        for (var block = firstBlock; block < firstBlock + count; block++) Put(block, new byte[LengthOf(block)]);
    }

    public bool BaseEquals(long block, ReadOnlySpan<byte> data) =>
        Grown(@base, size).AsSpan((int)(block * blockSize), LengthOf(block)).SequenceEqual(data);

    private static byte[] Grown(byte[] content, long size)
    {
        var grown = new byte[size];
        content.AsSpan(0, (int)Math.Min(content.Length, size)).CopyTo(grown);
        return grown;
    }

    private int LengthOf(long block) => (int)Math.Min(blockSize, size - (block * blockSize));
}
