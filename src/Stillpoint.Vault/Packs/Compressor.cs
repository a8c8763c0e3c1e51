using System.Numerics;
using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Packs;

/// <summary>One zstd compression context, reused from block to block. For one thread at a time.</summary>
internal sealed unsafe class Compressor : IDisposable
{
    // Level 1 for both: measured, see docs/adr/0004.
    private readonly ZstdCompression _plain = Create(1);
    private ZstdCompression? _delta;

    /// <returns>Length of the frame, or 0 where it would not fit into <paramref name="target"/>: size that for what is still worth it.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> target) => Run(_plain, source, target);

    /// <summary>As the difference to <paramref name="prefix"/>, which must be the same when it is decompressed.</summary>
    public int Compress(ReadOnlySpan<byte> source, ReadOnlySpan<byte> prefix, Span<byte> target)
    {
        _delta ??= CreateDelta(1, prefix.Length);
        fixed (byte* p = prefix)
        {
            Check(LibZstd.SetPrefix(_delta, p, (nuint)prefix.Length));
            return Run(_delta, source, target);
        }
    }

    public void Dispose()
    {
        _plain.Dispose();
        _delta?.Dispose();
    }

    private static int Run(ZstdCompression context, ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* s = source)
        fixed (byte* t = target)
        {
            var n = LibZstd.Compress(context, t, (nuint)target.Length, s, (nuint)source.Length);
            if (LibZstd.IsError(n) == 0) return (int)n;
            if (LibZstd.ErrorCode(n) != LibZstd.ErrorDestinationTooSmall) Check(n);
            // A frame was begun and given up; without this the next prefix is refused (stage_wrong).
            Check(LibZstd.Reset(context, LibZstd.ResetSession));
            return 0;
        }
    }

    /// <summary>
    /// The window must reach back over the whole prefix, and the hash table must hold it: with the level's own small table the
    /// beginning of a large prefix is forgotten before it is looked for.
    /// </summary>
    private static ZstdCompression CreateDelta(int level, int prefixLength)
    {
        var context = Create(level);
        Check(LibZstd.SetParameter(context, LibZstd.WindowLog, 24));
        Check(LibZstd.SetParameter(context, LibZstd.HashLog, Math.Clamp(BitOperations.Log2((uint)prefixLength), 14, 22)));
        return context;
    }

    private static ZstdCompression Create(int level)
    {
        var context = LibZstd.CreateCompression();
        if (context.IsInvalid) throw new InvalidOperationException("libzstd gave no compression context");
        Check(LibZstd.SetParameter(context, LibZstd.CompressionLevel, level));
        return context;
    }

    private static void Check(nuint code)
    {
        if (LibZstd.IsError(code) != 0) throw new InvalidOperationException($"libzstd: error {LibZstd.ErrorCode(code)}");
    }
}
