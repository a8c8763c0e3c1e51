using System.Security.Cryptography;
using System.Text;
using Stillpoint.Vault.Keys;

namespace Stillpoint.Vault;

/// <summary>
/// What opens a vault. Its bytes lie pinned, so that the collector leaves no copies of them behind, and are zeroed when it is disposed; whoever made
/// it disposes it. Made from a string it cannot undo the string: programs make it from bytes.
/// </summary>
public abstract class VaultSecret : IDisposable
{
    private readonly byte[] _utf8;

    private protected VaultSecret(ReadOnlySpan<byte> utf8)
    {
        _utf8 = GC.AllocateArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(_utf8);
    }

    private protected VaultSecret(ReadOnlySpan<char> text)
    {
        _utf8 = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        Encoding.UTF8.GetBytes(text, _utf8);
    }

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    public static VaultSecret FromPassphrase(string passphrase) => new Passphrase(passphrase);

    public static VaultSecret FromRecoveryKey(string text) => new RecoveryKey(text);

    /// <summary>
    /// The content of a 0600 file (or of what systemd's LoadCredential gives): a recovery key if it begins with <c>sprk1-</c>, else a
    /// passphrase. One line end at its end is dropped.
    /// </summary>
    public static VaultSecret FromKeyFile(ReadOnlySpan<byte> content)
    {
        if (content.EndsWith("\n"u8)) content = content[..^1];
        if (content.EndsWith("\r"u8)) content = content[..^1];
        var begin = content.TrimStart(" \t\r\n"u8);
        return begin.Length >= RecoveryKeyText.Prefix.Length && Ascii.EqualsIgnoreCase(begin[..RecoveryKeyText.Prefix.Length], RecoveryKeyText.Prefix)
            ? new RecoveryKey(content)
            : new Passphrase(content);
    }

    /// <summary>Its bytes, to be handed to another process through a pipe. Pinned; the caller zeroes them.</summary>
    public byte[] CopyBytes()
    {
        var copy = GC.AllocateArray<byte>(_utf8.Length, pinned: true);
        _utf8.CopyTo(copy, 0);
        return copy;
    }

    // Never shown: a secret must not get into a log by way of a message.
    public sealed override string ToString() => GetType().Name;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_utf8);
        GC.SuppressFinalize(this);
    }
}

public sealed class Passphrase : VaultSecret
{
    public Passphrase(string text)
        : base(text)
    {
    }

    public Passphrase(ReadOnlySpan<byte> utf8)
        : base(utf8)
    {
    }

    /// <summary>As typed; the caller clears its own copy.</summary>
    public Passphrase(ReadOnlySpan<char> text)
        : base(text)
    {
    }

    /// <summary>Whether what was typed twice is the same.</summary>
    public bool HasSameText(Passphrase other) => CryptographicOperations.FixedTimeEquals(Utf8, other.Utf8);

    public static implicit operator Passphrase(string text) => new(text);
}

/// <summary>As it was printed: <c>sprk1-...</c>.</summary>
public sealed class RecoveryKey : VaultSecret
{
    public RecoveryKey(string text)
        : base(text)
    {
    }

    public RecoveryKey(ReadOnlySpan<byte> utf8)
        : base(utf8)
    {
    }
}
