using System.Security.Cryptography;

namespace Stillpoint.Bench.BlockSize;

/// <summary>Both generations with one block size. The full pass comes first: it leaves the ids that the increment needs.</summary>
internal sealed class Measurement(string first, string second, IReadOnlyList<(long Offset, int Length)> writes, int blockSize) : IDisposable
{
    /// <summary>QEMU's dirty bitmaps on qcow2 know no less than this.</summary>
    private const int Granule = 64 << 10;

    private readonly byte[] _key = new byte[32];
    private readonly FileStream _first = Open(first);
    private readonly FileStream _second = Open(second);
    private readonly Zstd _zstd = new();
    private readonly byte[] _block = new byte[blockSize];
    private readonly byte[] _former = new byte[blockSize];
    private readonly byte[] _unpacked = new byte[blockSize];
    private readonly byte[] _packed = new byte[Zstd.Bound(blockSize)];
    private readonly Dictionary<UInt128, bool> _known = [];
    private readonly UInt128[] _ids = new UInt128[(new FileInfo(first).Length + blockSize - 1) / blockSize];

    public int BlockSize => blockSize;

    public Costs Full(int level)
    {
        _known.Clear();
        long stored = 0, blocks = 0, read = 0;
        var cpu = Environment.CpuUsage.TotalTime;
        for (long i = 0; i < _ids.Length; i++)
        {
            var data = Read(_first, i, _block);
            _ids[i] = IdOf(data);
            if (_ids[i] == 0) continue;
            read += data.Length;
            if (!_known.TryAdd(_ids[i], true)) continue;
            stored += Math.Min(_zstd.Compress(data, _packed, level, []), data.Length) + Overhead.PerBlock;
            blocks++;
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        stored += Overhead.Pages(Enumerable.Range(0, _ids.Length).Select(i => (long)i).Where(i => _ids[i] != 0), i => _ids[i] == 0, _ids.Length);
        return new Costs(blocks, read, stored, cpu);
    }

    public Costs Increment(int level, bool delta)
    {
        var now = (UInt128[])_ids.Clone();
        var added = new HashSet<UInt128>();
        var changed = new List<long>();
        long stored = 0, read = 0;
        var spent = TimeSpan.Zero;
        foreach (var i in Touched())
        {
            var packedFormer = delta && _ids[i] != 0 ? PackFormer(i, level) : -1;
            var cpu = Environment.CpuUsage.TotalTime;
            var data = Read(_second, i, _block);
            read += data.Length;
            now[i] = IdOf(data);
            if (now[i] != _ids[i])
            {
                changed.Add(i);
                if (now[i] != 0 && !_known.ContainsKey(now[i]) && added.Add(now[i]))
                    stored += Math.Min(Pack(data, packedFormer, level), data.Length) + Overhead.PerBlock;
            }

            spent += Environment.CpuUsage.TotalTime - cpu;
        }

        stored += Overhead.Pages(changed, i => now[i] == 0, now.Length);
        return new Costs(added.Count, read, stored, spent);
    }

    public void Dispose()
    {
        _zstd.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    private static ReadOnlySpan<byte> Read(FileStream file, long block, byte[] buffer)
    {
        var length = RandomAccess.Read(file.SafeFileHandle, buffer, block * buffer.Length);
        return buffer.AsSpan(0, length);
    }

    private UInt128 IdOf(ReadOnlySpan<byte> data)
    {
        if (data.IndexOfAnyExcept((byte)0) < 0) return 0;
        Span<byte> id = stackalloc byte[32];
        HMACSHA256.HashData(_key, data, id);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(id);
    }

    private IEnumerable<long> Touched() => writes
        .SelectMany(w => Granules(w.Offset, w.Length))
        .SelectMany(g => Covering(g))
        .Distinct().Order();

    private static IEnumerable<long> Granules(long offset, int length)
    {
        for (var g = offset / Granule; g * Granule < offset + length; g++) yield return g;
    }

    private IEnumerable<long> Covering(long granule)
    {
        for (var b = granule * Granule / blockSize; b * blockSize < (granule + 1) * Granule; b++) yield return b;
    }

    /// <summary>The former version as the vault holds it: its packed length, with the bytes left in the packed buffer.</summary>
    private int PackFormer(long block, int level) => _zstd.Compress(Read(_first, block, _former), _packed, level, []);

    /// <summary>Unpacking the former version is a part of the price of a delta.</summary>
    private int Pack(ReadOnlySpan<byte> data, int packedFormer, int level)
    {
        if (packedFormer < 0) return _zstd.Compress(data, _packed, level, []);
        _zstd.Decompress(_packed.AsSpan(0, packedFormer), _unpacked);
        return _zstd.Compress(data, _packed, level, _unpacked);
    }
}
