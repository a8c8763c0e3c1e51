namespace Stillpoint.Vault.Packs;

/// <summary>Chooses how a block is stored. For one thread at a time.</summary>
internal sealed class BlockCodec : IDisposable
{
    private readonly Compressor _compressor = new();
    private byte[] _other = [];

    /// <param name="target">Exactly as long as the block: a codec that saves less than 1/32 is not worth its decompression.</param>
    public (Codec Codec, int Length) Encode(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> prefix, Span<byte> target)
    {
        var worthwhile = plain.Length - plain.Length / 32;
        var delta = prefix.IsEmpty ? 0 : _compressor.Compress(plain, prefix, target[..worthwhile]);
        // A delta this small wins whatever the other would be.
        if (delta > 0 && delta <= plain.Length / 16) return (Codec.Delta, delta);
        if (delta == 0)
        {
            var alone = _compressor.Compress(plain, target[..worthwhile]);
            if (alone > 0) return (Codec.Zstd, alone);
            plain.CopyTo(target);
            return (Codec.Raw, plain.Length);
        }
        if (_other.Length < plain.Length) _other = GC.AllocateUninitializedArray<byte>(plain.Length);
        // A delta costs a second read at every restore: it must save a fifth.
        var limit = (int)Math.Min(worthwhile, delta * 5L / 4);
        var other = _compressor.Compress(plain, _other.AsSpan(0, limit));
        if (other == 0) return (Codec.Delta, delta);
        _other.AsSpan(0, other).CopyTo(target);
        return (Codec.Zstd, other);
    }

    public void Dispose() => _compressor.Dispose();
}
