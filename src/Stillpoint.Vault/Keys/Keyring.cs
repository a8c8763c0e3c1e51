using System.Security.Cryptography;

namespace Stillpoint.Vault.Keys;

/// <summary>The open master key and what is derived from it: docs/formats/keys.md. Safe for many threads.</summary>
internal sealed class Keyring : IDisposable
{
    public const int KeySize = 32;
    private readonly byte[] _master;
    private readonly byte[] _vaultId;

    public Keyring(VaultId vault, ReadOnlySpan<byte> master)
    {
        Vault = vault;
        _vaultId = vault.Value.ToByteArray(bigEndian: true);
        _master = GC.AllocateArray<byte>(KeySize, pinned: true); // pinned: no copies left behind by the collector
        master.CopyTo(_master);
        IdKey = GC.AllocateArray<byte>(KeySize, pinned: true);
        Derive(_vaultId, "stillpoint/v1/id"u8, IdKey);
    }

    /// <summary>The header's family: a copied vault has another id of its own.</summary>
    public VaultId Vault { get; }

    public ReadOnlySpan<byte> VaultIdBytes => _vaultId;

    public byte[] IdKey { get; }

    /// <summary>Only for wrapping it into a new slot.</summary>
    public ReadOnlySpan<byte> Master => _master;

    public void HeaderKey(Span<byte> key) => Derive(_vaultId, "stillpoint/v1/header"u8, key);

    public AesGcm Cipher(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Derive(salt, info, key);
        var cipher = new AesGcm(key, 16);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    public AesGcm PackCipher(ReadOnlySpan<byte> salt) => Cipher(salt, "stillpoint/v1/pack"u8);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_master);
        CryptographicOperations.ZeroMemory(IdKey);
    }

    private void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, key, salt, info);
}
