using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>What is fixed when a vault is made.</summary>
/// <param name="BlockSize">A power of two, 16 KiB to 4 MiB. See docs/adr/0004 for why this default.</param>
/// <param name="Delta">Whether writers may store a changed block as the difference to its predecessor.</param>
/// <param name="PassphraseRounds">PBKDF2-HMAC-SHA-512 rounds of new key slots. Fewer than the default is for tests.</param>
public sealed record VaultSettings(int BlockSize = 128 * 1024, bool Delta = true, int PassphraseRounds = 210_000)
{
    public const int SmallestBlock = 16 * 1024;
    public const int LargestBlock = 4 * 1024 * 1024;

    internal void Check()
    {
        if (BlockSize is < SmallestBlock or > LargestBlock || !int.IsPow2(BlockSize))
            throw new FailureException(
                FailureCode.UsageInvalid, Stage.Input, ("option", "block-size"), ("value", $"{BlockSize}"), ("expected", "16384..4194304, 2^n"));
        if (PassphraseRounds < 1) throw new ArgumentOutOfRangeException(nameof(PassphraseRounds));
    }
}
