using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stillpoint.Model;

namespace Stillpoint.Vault.Keys;

internal enum SlotKind : byte
{
    Passphrase = 1,
    RecoveryKey = 2,
}

/// <summary>One object below <c>keys/</c>: the master key wrapped by one secret. Layout: docs/formats/keys.md.</summary>
internal sealed record KeySlot(string Name, SlotKind Kind, string Label, DateTimeOffset Created, uint Rounds, byte[] Bytes)
{
    public const string Folder = "keys/";
    public const int MaxBytes = 4096;
    public const int MaxLabel = 1024;
    private const int LabelAt = 78, WrappedSize = 48;

    public VaultId Vault => new(new Guid(Bytes.AsSpan(16, 16), bigEndian: true));

    public static KeySlot Wrap(VaultId vault, ReadOnlySpan<byte> master, VaultSecret secret, string label, int rounds, DateTimeOffset now, TimeProvider clock)
    {
        var text = Encoding.UTF8.GetBytes(label);
        if (text.Length > MaxLabel) text = text[..MaxLabel];
        var kind = secret is Passphrase ? SlotKind.Passphrase : SlotKind.RecoveryKey;
        var bytes = new byte[LabelAt + text.Length + WrappedSize + 32];
        "SPNTKEYS"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 1);
        bytes[10] = (byte)kind;
        bytes[11] = (byte)kind;
        bytes[12] = 1;
        vault.Value.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes.AsSpan(32, 32));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(64), kind == SlotKind.Passphrase ? (uint)rounds : 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(68), now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(76), (ushort)text.Length);
        text.CopyTo(bytes, LabelAt);
        var wrapped = bytes.AsSpan(LabelAt + text.Length, WrappedSize);
        using (var cipher = WrappingCipher(bytes, secret) ?? throw new FailureException(FailureCode.VaultWrongPassphrase, Stage.Vault))
            cipher.Encrypt(new byte[12], master, wrapped[..32], wrapped[32..], bytes.AsSpan(0, LabelAt + text.Length));
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        return Parse(Folder + Ulid.New(clock), bytes)!;
    }

    /// <returns>Null: damaged.</returns>
    /// <exception cref="FailureException">VaultFormatNewer.</exception>
    public static KeySlot? Parse(string name, byte[] bytes)
    {
        if (bytes.Length is < LabelAt + WrappedSize + 32 or > MaxBytes || !bytes.AsSpan().StartsWith("SPNTKEYS"u8)) return null;
        if (!SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)).AsSpan().SequenceEqual(bytes.AsSpan(bytes.Length - 32))) return null;
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) != 1 || bytes[10] is not (1 or 2) || bytes[11] != bytes[10] || bytes[12] != 1)
            throw new FailureException(FailureCode.VaultFormatNewer, Stage.Vault, ("object", name));
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(76));
        var rounds = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(64));
        if (LabelAt + length + WrappedSize + 32 != bytes.Length || rounds > 100_000_000) return null;
        return new(
            name, (SlotKind)bytes[10], Encoding.UTF8.GetString(bytes, LabelAt, length),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(68)), 0, 253402300799999)), rounds, bytes);
    }

    /// <returns>Null: another secret's slot. Pinned; the caller zeroes it.</returns>
    public byte[]? Unwrap(VaultSecret secret)
    {
        if ((secret is Passphrase) != (Kind == SlotKind.Passphrase)) return null;
        using var cipher = WrappingCipher(Bytes, secret);
        if (cipher is null) return null;
        var end = Bytes.Length - 32 - WrappedSize;
        var master = GC.AllocateArray<byte>(32, pinned: true);
        try
        {
            cipher.Decrypt(new byte[12], Bytes.AsSpan(end, 32), Bytes.AsSpan(end + 32, 16), master, Bytes.AsSpan(0, end));
            return master;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static AesGcm? WrappingCipher(ReadOnlySpan<byte> slot, VaultSecret secret)
    {
        Span<byte> key = stackalloc byte[32];
        var salt = slot.Slice(32, 32);
        switch (secret)
        {
            case Passphrase p:
                var rounds = BinaryPrimitives.ReadUInt32LittleEndian(slot[64..]);
                if (rounds == 0) return null;
                Rfc2898DeriveBytes.Pbkdf2(p.Utf8, salt, key, (int)rounds, HashAlgorithmName.SHA512);
                break;
            case RecoveryKey r:
                if (RecoveryKeyText.Read(r.Utf8) is not { } recovery) return null;
                HKDF.DeriveKey(HashAlgorithmName.SHA256, recovery, key, salt, "stillpoint/v1/recovery"u8);
                CryptographicOperations.ZeroMemory(recovery);
                break;
            default:
                return null;
        }
        var cipher = new AesGcm(key, 16);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
