using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Keys;

/// <summary>What is kept of a secret in memory, and for how long.</summary>
public sealed class SecretMemoryTests
{
    [Fact]
    public void Secret_Disposed_IsZero()
    {
        var secrets = new VaultSecret[] { new Passphrase("correct horse"), new RecoveryKey("sprk1-1"), VaultSecret.FromKeyFile("correct horse\n"u8) };
        foreach (var secret in secrets)
        {
            Assert.NotEqual(-1, secret.Utf8.IndexOfAnyExcept((byte)0));
            secret.Dispose();
            Assert.Equal(-1, secret.Utf8.IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task Vault_Closed_KeysAreZero()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(16 * 1024, PassphraseRounds: 1), "p", TimeProvider.System, default);
        var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var keys = vault.Parts.Keys;
        Assert.NotEqual(-1, keys.Master.IndexOfAnyExcept((byte)0));
        Assert.NotEqual(-1, keys.IdKey.AsSpan().IndexOfAnyExcept((byte)0));
        await vault.DisposeAsync();
        Assert.Equal(-1, keys.Master.IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, keys.IdKey.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Secret_InAMessage_IsItsKindOnly()
    {
        Assert.Equal("Passphrase", $"{new Passphrase("correct horse")}");
        Assert.Equal("RecoveryKey", $"{new RecoveryKey("sprk1-1")}");
    }

    [Fact]
    public void RecoveryKey_WrittenAndReadWithAnyTypingHabit_IsTheSame()
    {
        var random = new Random(20261121);
        var key = new byte[32];
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(key);
            if (i == 0) key.AsSpan().Clear();
            if (i == 1) key.AsSpan().Fill(255);
            var text = RecoveryKeyText.Write(key);
            Assert.Equal((71, 55), (text.Length, text[6..].Count(char.IsAsciiLetterOrDigit)));
            Assert.Equal(key, RecoveryKeyText.Read(System.Text.Encoding.UTF8.GetBytes(text)));
            var typed = " " + text.ToUpperInvariant().Replace('-', ' ').Replace('0', 'O').Replace('1', 'L').Replace("SPRKL", "SPRK1", StringComparison.Ordinal) + "\r\n";
            Assert.Equal(key, RecoveryKeyText.Read(System.Text.Encoding.UTF8.GetBytes(typed)));
            var at = 6 + random.Next(text.Length - 6);
            if (text[at] != '-') Assert.Null(RecoveryKeyText.Read(System.Text.Encoding.UTF8.GetBytes(text[..at] + (text[at] == 'x' ? 'y' : 'x') + text[(at + 1)..])));
        }
    }
}
