using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;

namespace Stillpoint.Vault.Points;

/// <summary>What one thread needs to store blocks, reused from block to block: hash, compression, the pack it fills, room for padding and a base.</summary>
internal sealed class Bench(Keyring keys, int blockSize) : IDisposable
{
    private byte[]? _padded;
    private byte[]? _base;

    /// <summary>A field: sealing takes it by reference.</summary>
    public PackBuilder? Pack;

    public BlockHasher Hasher { get; } = new(keys);

    public BlockCodec Codec { get; } = new();

    public byte[] Base => _base ??= GC.AllocateUninitializedArray<byte>(blockSize);

    public ReadOnlySpan<byte> Padded(ReadOnlySpan<byte> data)
    {
        if (data.Length == blockSize) return data;
        _padded ??= new byte[blockSize];
        data.CopyTo(_padded);
        _padded.AsSpan(data.Length).Clear();
        return _padded;
    }

    public void Dispose()
    {
        Pack?.Dispose();
        Hasher.Dispose();
        Codec.Dispose();
    }
}

/// <summary>As many benches as cores (at most six: each fills a pack of 16 MiB); further threads wait for one.</summary>
internal sealed class BenchPool : IDisposable
{
    private readonly Stack<Bench> _free = [];
    private readonly List<Bench> _all = [];
    private readonly Keyring _keys;
    private readonly int _blockSize;

    public BenchPool(Keyring keys, int blockSize) => (_keys, _blockSize) = (keys, blockSize);

    public int Count { get; } = Math.Clamp(Environment.ProcessorCount, 1, 6);

    public IReadOnlyList<Bench> All => _all;

    public Bench Rent()
    {
        lock (_free)
        {
            while (true)
            {
                if (_free.TryPop(out var bench)) return bench;
                if (_all.Count < Count)
                {
                    bench = new(_keys, _blockSize);
                    _all.Add(bench);
                    return bench;
                }
                Monitor.Wait(_free);
            }
        }
    }

    public void Return(Bench bench)
    {
        lock (_free)
        {
            _free.Push(bench);
            Monitor.Pulse(_free);
        }
    }

    public void Dispose()
    {
        foreach (var bench in _all) bench.Dispose();
    }
}
