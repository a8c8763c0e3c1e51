using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Sealed;

/// <summary>The envelope around manifests, leases and the like. A sealed object opens only under the name it was sealed for.</summary>
internal static class SealedObject
{
    /// <summary>Bound of both the stored and the plain length: a hostile object cannot ask for more memory than this.</summary>
    public const int MaxBytes = 64 << 20;

    private const int HeaderSize = 72;

    public static byte[] Seal(Keyring keys, SealedKind kind, string name, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxBytes - 1024) throw new ArgumentException("payload too large", nameof(payload));
        var packed = new byte[payload.Length];
        int length;
        using (var compressor = new Compressor()) length = compressor.Compress(payload, packed);
        ReadOnlySpan<byte> body = length > 0 ? packed.AsSpan(0, length) : payload;
        var bytes = new byte[HeaderSize + body.Length + 16];
        Encoding.ASCII.GetBytes(kind.Magic, bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 1);
        bytes[10] = 1;
        bytes[11] = 1;
        bytes[12] = length > 0 ? (byte)1 : (byte)0;
        keys.VaultIdBytes.CopyTo(bytes.AsSpan(16));
        RandomNumberGenerator.Fill(bytes.AsSpan(32, 32));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(64), (ulong)payload.Length);
        using var cipher = keys.Cipher(bytes.AsSpan(32, 32), Encoding.ASCII.GetBytes(kind.Info));
        cipher.Encrypt(new byte[12], body, bytes.AsSpan(HeaderSize, body.Length), bytes.AsSpan(HeaderSize + body.Length), Aad(bytes, name));
        return bytes;
    }

    /// <exception cref="FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static byte[] Open(Keyring keys, SealedKind kind, string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + 16 || !bytes.StartsWith(Encoding.ASCII.GetBytes(kind.Magic))) throw Damage.Of(name, "not the kind of object its name says");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) > 1 || bytes[10] != 1 || bytes[11] != 1 || bytes[12] > 1) throw Damage.Newer(name);
        var plainLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]);
        if (plainLength > MaxBytes) throw Damage.Of(name, "length");
        var body = bytes[HeaderSize..^16];
        var opened = new byte[body.Length];
        using (var cipher = keys.Cipher(bytes.Slice(32, 32), Encoding.ASCII.GetBytes(kind.Info)))
        {
            try
            {
                cipher.Decrypt(new byte[12], body, bytes[^16..], opened, Aad(bytes, name));
            }
            catch (AuthenticationTagMismatchException)
            {
                throw Damage.Of(name, "authentication");
            }
        }
        if (bytes[12] == 0) return (ulong)opened.Length == plainLength ? opened : throw Damage.Of(name, "length");
        var payload = new byte[plainLength];
        using var decompressor = new Decompressor();
        return decompressor.TryDecompress(opened, default, payload) ? payload : throw Damage.Of(name, "decompression");
    }

    /// <returns>Null: no such object.</returns>
    public static async Task<byte[]?> ReadAsync(IBlobStore store, Keyring keys, SealedKind kind, string name, CancellationToken ct) =>
        await WholeObject.ReadAsync(store, name, MaxBytes, ct).ConfigureAwait(false) is { } bytes ? Open(keys, kind, name, bytes) : null;

    private static byte[] Aad(ReadOnlySpan<byte> bytes, string name)
    {
        var aad = new byte[HeaderSize + name.Length];
        bytes[..HeaderSize].CopyTo(aad);
        Encoding.ASCII.GetBytes(name, aad.AsSpan(HeaderSize));
        return aad;
    }
}
