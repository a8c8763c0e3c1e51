using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stillpoint.Vault.Interop;

/// <summary>libzstd.so.1 (1.4 or later), the calls of its stable interface only.</summary>
internal static partial class LibZstd
{
    private const string Library = "libzstd.so.1";

    public const int CompressionLevel = 100, WindowLog = 101, HashLog = 102;
    public const int ResetSession = 1;
    public const int ErrorDestinationTooSmall = 70;

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial ZstdCompression CreateCompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(ZstdCompression context, int parameter, int value);

    /// <summary>With <see cref="ResetSession"/>: drops a begun frame, keeps the parameters.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_reset")]
    public static partial nuint Reset(ZstdCompression context, int what);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_refPrefix")]
    public static unsafe partial nuint SetPrefix(ZstdCompression context, byte* prefix, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    public static unsafe partial nuint Compress(ZstdCompression context, byte* target, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial ZstdDecompression CreateDecompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_refPrefix")]
    public static unsafe partial nuint SetPrefix(ZstdDecompression context, byte* prefix, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static unsafe partial nuint Decompress(ZstdDecompression context, byte* target, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorCode")]
    public static partial int ErrorCode(nuint code);
}

internal sealed class ZstdCompression() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    protected override bool ReleaseHandle() => LibZstd.FreeCompression(handle) == 0;
}

internal sealed class ZstdDecompression() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    protected override bool ReleaseHandle() => LibZstd.FreeDecompression(handle) == 0;
}
