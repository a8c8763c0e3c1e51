using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Stillpoint.Vault.Keys;

/// <summary>A recovery key as people copy it: docs/formats/keys.md.</summary>
internal static class RecoveryKeyText
{
    public const string Prefix = "sprk1-";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 55;

    public static string Write(ReadOnlySpan<byte> key)
    {
        Span<byte> bits = stackalloc byte[35];
        key.CopyTo(bits);
        CheckSum(key).CopyTo(bits[32..]);
        // 272 bits; three more zero bits below make 55 digits of five.
        var value = new BigInteger(bits[..34], isUnsigned: true, isBigEndian: true) << 3;
        var text = new char[Digits];
        for (var i = Digits - 1; i >= 0; i--, value >>= 5) text[i] = Alphabet[(int)(value & 31)];
        return Prefix + string.Join('-', text.Chunk(5).Select(c => new string(c)));
    }

    /// <returns>Null: not a recovery key, or mistyped.</returns>
    public static byte[]? Read(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text.Trim().ToLowerInvariant())
            if (c is not ('-' or ' ' or '\n' or '\r' or '\t'))
                plain.Append(c);
        if (plain.Length != Digits + 5 || !plain.ToString().StartsWith("sprk1", StringComparison.Ordinal)) return null;
        var value = BigInteger.Zero;
        for (var i = 5; i < plain.Length; i++)
        {
            var digit = Alphabet.IndexOf(plain[i] switch { 'o' => '0', 'i' or 'l' => '1', var c => c }, StringComparison.Ordinal);
            if (digit < 0) return null;
            value = (value << 5) | digit;
        }
        if ((value & 7) != 0) return null;
        var bytes = new byte[34];
        var written = (value >> 3).ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(bytes, 34 - written.Length);
        return CheckSum(bytes.AsSpan(0, 32)).AsSpan().SequenceEqual(bytes.AsSpan(32)) ? bytes[..32] : null;
    }

    private static byte[] CheckSum(ReadOnlySpan<byte> key)
    {
        Span<byte> input = stackalloc byte[37];
        "sprk1"u8.CopyTo(input);
        key.CopyTo(input[5..]);
        return SHA256.HashData(input)[..2];
    }
}
