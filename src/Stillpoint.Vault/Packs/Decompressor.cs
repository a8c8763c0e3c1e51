using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Packs;

/// <summary>One zstd decompression context. Never writes past the target and never allocates by what a frame says of itself. For one thread at a time.</summary>
internal sealed unsafe class Decompressor : IDisposable
{
    private readonly ZstdDecompression _context = LibZstd.CreateDecompression();

    /// <returns>False if the frame is not whole or does not fill the target exactly.</returns>
    public bool TryDecompress(ReadOnlySpan<byte> source, ReadOnlySpan<byte> prefix, Span<byte> target)
    {
        fixed (byte* p = prefix)
        fixed (byte* s = source)
        fixed (byte* t = target)
        {
            if (!prefix.IsEmpty && LibZstd.IsError(LibZstd.SetPrefix(_context, p, (nuint)prefix.Length)) != 0) return false;
            var n = LibZstd.Decompress(_context, t, (nuint)target.Length, s, (nuint)source.Length);
            return LibZstd.IsError(n) == 0 && n == (nuint)target.Length;
        }
    }

    public void Dispose() => _context.Dispose();
}
