using System.Text;

namespace Stillpoint.Vault;

/// <summary>What opens a vault.</summary>
public abstract record VaultSecret
{
    public static VaultSecret FromPassphrase(string passphrase) => new Passphrase(passphrase);

    public static VaultSecret FromRecoveryKey(string text) => new RecoveryKey(text);

    /// <summary>
    /// The content of a 0600 file (or of what systemd's LoadCredential gives): a recovery key if it begins with <c>sprk1-</c>, else a
    /// passphrase. One line end at its end is dropped.
    /// </summary>
    public static VaultSecret FromKeyFile(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content);
        if (text.EndsWith('\n')) text = text[..^1];
        if (text.EndsWith('\r')) text = text[..^1];
        return text.TrimStart().StartsWith(Keys.RecoveryKeyText.Prefix, StringComparison.OrdinalIgnoreCase) ? new RecoveryKey(text) : new Passphrase(text);
    }

    // Never shown: records print their members, and a secret must not get into a log by way of a message.
    public sealed override string ToString() => GetType().Name;
}

public sealed record Passphrase(string Text) : VaultSecret;

/// <param name="Text">As it was printed: <c>sprk1-...</c>.</param>
public sealed record RecoveryKey(string Text) : VaultSecret;
