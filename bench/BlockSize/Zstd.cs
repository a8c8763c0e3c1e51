using System.Runtime.InteropServices;

namespace Stillpoint.Bench.BlockSize;

/// <summary>libzstd's single-call functions with a prefix (the block's former version). One instance per thread.</summary>
internal sealed partial class Zstd : IDisposable
{
    private const string Library = "libzstd.so.1";
    private const int CompressionLevel = 100;
    private const int WindowLog = 101;
    private const int HashLog = 102;
    private const int ChainLog = 103;

    private readonly nint _compressor = ZSTD_createCCtx();
    private readonly nint _decompressor = ZSTD_createDCtx();

    public static int Bound(int length) => (int)ZSTD_compressBound((nuint)length);

    /// <summary>Returns the compressed length. With a prefix the window reaches over both and the tables are large enough to hold the prefix.</summary>
    public unsafe int Compress(ReadOnlySpan<byte> source, Span<byte> target, int level, ReadOnlySpan<byte> prefix)
    {
        Check(ZSTD_CCtx_reset(_compressor, 3));
        Check(ZSTD_CCtx_setParameter(_compressor, CompressionLevel, level));
        fixed (byte* from = source, to = target, before = prefix)
        {
            if (!prefix.IsEmpty)
            {
                var log = int.Log2(Math.Max(source.Length, prefix.Length) - 1) + 1;
                Check(ZSTD_CCtx_setParameter(_compressor, WindowLog, log + 1));
                Check(ZSTD_CCtx_setParameter(_compressor, HashLog, Math.Clamp(log, 14, 20)));
                Check(ZSTD_CCtx_setParameter(_compressor, ChainLog, Math.Clamp(log, 14, 20)));
                Check(ZSTD_CCtx_refPrefix(_compressor, before, (nuint)prefix.Length));
            }

            return (int)Check(ZSTD_compress2(_compressor, to, (nuint)target.Length, from, (nuint)source.Length));
        }
    }

    public unsafe void Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
            Check(ZSTD_decompressDCtx(_decompressor, to, (nuint)target.Length, from, (nuint)source.Length));
    }

    public void Dispose()
    {
        _ = ZSTD_freeCCtx(_compressor);
        _ = ZSTD_freeDCtx(_decompressor);
    }

    private static nuint Check(nuint result) =>
        ZSTD_isError(result) == 0 ? result : throw new InvalidOperationException(Marshal.PtrToStringUTF8(ZSTD_getErrorName(result)));

    [LibraryImport(Library)] private static partial nint ZSTD_createCCtx();
    [LibraryImport(Library)] private static partial nint ZSTD_createDCtx();
    [LibraryImport(Library)] private static partial nuint ZSTD_freeCCtx(nint context);
    [LibraryImport(Library)] private static partial nuint ZSTD_freeDCtx(nint context);
    [LibraryImport(Library)] private static partial nuint ZSTD_compressBound(nuint length);
    [LibraryImport(Library)] private static partial uint ZSTD_isError(nuint result);
    [LibraryImport(Library)] private static partial nint ZSTD_getErrorName(nuint result);
    [LibraryImport(Library)] private static partial nuint ZSTD_CCtx_reset(nint context, int what);
    [LibraryImport(Library)] private static partial nuint ZSTD_CCtx_setParameter(nint context, int parameter, int value);
    [LibraryImport(Library)] private static unsafe partial nuint ZSTD_CCtx_refPrefix(nint context, byte* prefix, nuint length);
    [LibraryImport(Library)] private static unsafe partial nuint ZSTD_compress2(nint context, byte* to, nuint capacity, byte* from, nuint length);
    [LibraryImport(Library)] private static unsafe partial nuint ZSTD_decompressDCtx(nint context, byte* to, nuint capacity, byte* from, nuint length);
}
