using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Stillpoint.Model;

namespace Stillpoint.Vault.Keys;

/// <summary>The object <c>vault</c>: docs/formats/vault.md.</summary>
/// <param name="Id">This vault's own.</param>
/// <param name="Family">
/// The id that keys and objects are made with: a copy keeps that of the vault it was copied from, so that its packs and manifests are the same bytes.
/// </param>
internal sealed record VaultHeader(VaultId Id, VaultId Family, int BlockSize, bool Delta, int PassphraseRounds, DateTimeOffset Created)
{
    public const string Name = "vault";
    public const int Size = 192;
    private const int FeaturesAt = 32, TwinAt = 52;
    private const uint IsTwin = 1;

    public byte[] Write(Keyring keys)
    {
        var bytes = new byte[Size];
        "SPNTVALT"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 1);
        bytes[10] = (byte)BitOperations.Log2((uint)BlockSize);
        bytes[11] = Delta ? (byte)1 : (byte)0;
        bytes.AsSpan(12, 4).Fill(1);
        Family.Value.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        if (Id != Family)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(FeaturesAt), IsTwin);
            Id.Value.TryWriteBytes(bytes.AsSpan(TwinAt), bigEndian: true, out _);
        }
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), Created.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), (uint)PassphraseRounds);
        Authenticate(keys, bytes).CopyTo(bytes, 128);
        SHA256.HashData(bytes.AsSpan(0, 160), bytes.AsSpan(160));
        return bytes;
    }

    /// <exception cref="FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static VaultHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64 || !bytes.StartsWith("SPNTVALT"u8) || !SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..]))
            throw Damage.Of(Name, "check sum of the vault object");
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) == 0) throw Damage.Of(Name, "version 0, which never was");
        var features = BinaryPrimitives.ReadUInt32LittleEndian(bytes[FeaturesAt..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) != 1 || bytes.Slice(12, 4).IndexOfAnyExcept((byte)1) >= 0 || (features & ~IsTwin) != 0)
            throw new FailureException(FailureCode.VaultFormatNewer, Stage.Vault, ("object", Name), ("version", $"{BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])}"));
        if (bytes.Length != Size || bytes[10] is < 14 or > 22) throw Damage.Of(Name, "block size");
        var family = new VaultId(new Guid(bytes.Slice(16, 16), bigEndian: true));
        return new(
            (features & IsTwin) != 0 ? new(new Guid(bytes.Slice(TwinAt, 16), bigEndian: true)) : family, family, 1 << bytes[10], bytes[11] != 0,
            (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(bytes[48..]), 1, 100_000_000),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]), 0, 253402300799999)));
    }

    /// <exception cref="FailureException">VaultDamaged: whole, but not made with this master key.</exception>
    public static void CheckAuthentic(ReadOnlySpan<byte> bytes, Keyring keys)
    {
        if (!CryptographicOperations.FixedTimeEquals(Authenticate(keys, bytes), bytes.Slice(128, 32))) throw Damage.Of(Name, "authentication of the vault object");
    }

    private static byte[] Authenticate(Keyring keys, ReadOnlySpan<byte> bytes)
    {
        Span<byte> key = stackalloc byte[32];
        keys.HeaderKey(key);
        return HMACSHA256.HashData(key, bytes[..128]);
    }
}
