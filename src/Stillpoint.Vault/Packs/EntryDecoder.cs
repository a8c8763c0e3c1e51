using System.Security.Cryptography;
using Stillpoint.Vault.Keys;

namespace Stillpoint.Vault.Packs;

/// <summary>Opens entries: decrypts, decompresses, checks the id. For one thread at a time.</summary>
internal sealed class EntryDecoder(Keyring keys) : IDisposable
{
    private readonly Decompressor _decompressor = new();
    private readonly BlockHasher _hasher = new(keys);

    /// <param name="stored">The entry's bytes; overwritten.</param>
    /// <param name="prefix">The base block's plain bytes where the codec is delta.</param>
    /// <param name="target">Exactly the plain length.</param>
    /// <returns>Null if all is well, else what is wrong.</returns>
    public string? Decode(AesGcm cipher, in PackEntry entry, Span<byte> stored, ReadOnlySpan<byte> prefix, Span<byte> target)
    {
        if (stored.Length < PackFormat.TagSize || target.Length != entry.PlainLength) return "length of an entry";
        Span<byte> nonce = stackalloc byte[12];
        Span<byte> aad = stackalloc byte[PackFormat.AadSize];
        PackFormat.WriteNonce(nonce, 0, entry.Ordinal);
        PackFormat.WriteAad(aad, entry.Kind, entry.Codec, entry.PlainLength, entry.Id, entry.Base);
        var body = stored[..^PackFormat.TagSize];
        var tag = stored[^PackFormat.TagSize..];
        try
        {
            cipher.Decrypt(nonce, body, tag, body, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return "authentication of an entry";
        }
        switch (entry.Codec)
        {
            case Codec.Raw when body.Length == target.Length:
                body.CopyTo(target);
                break;
            case Codec.Zstd or Codec.Delta when _decompressor.TryDecompress(body, entry.Codec == Codec.Delta ? prefix : default, target):
                break;
            default:
                return "decompression of an entry";
        }
        return _hasher.Hash(entry.Kind, target) == entry.Id ? null : "id of an entry";
    }

    public void Dispose()
    {
        _decompressor.Dispose();
        _hasher.Dispose();
    }
}
