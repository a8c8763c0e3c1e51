using System.Security.Cryptography;

namespace Stillpoint.Vault.Keys;

/// <summary>A recovery key as people copy it: docs/formats/keys.md.</summary>
internal static class RecoveryKeyText
{
    public const string Prefix = "sprk1-";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 55;

    public static string Write(ReadOnlySpan<byte> key)
    {
        Span<byte> bits = stackalloc byte[36]; // 272 bits and zeroes: the last digit's three low bits are among them
        key.CopyTo(bits);
        CheckSum(key, bits.Slice(32, 2));
        Span<char> text = stackalloc char[Prefix.Length + Digits + Digits / 5 - 1];
        Prefix.CopyTo(text);
        for (int i = 0, at = Prefix.Length; i < Digits; i++)
        {
            if (i > 0 && i % 5 == 0) text[at++] = '-';
            var bit = i * 5;
            var two = (bits[bit / 8] << 8) | bits[bit / 8 + 1];
            text[at++] = Alphabet[(two >> (11 - bit % 8)) & 31];
        }
        CryptographicOperations.ZeroMemory(bits);
        return new(text);
    }

    /// <returns>Null: not a recovery key, or mistyped. Pinned; the caller zeroes it.</returns>
    public static byte[]? Read(ReadOnlySpan<byte> utf8)
    {
        Span<byte> plain = stackalloc byte[Digits + 5];
        Span<byte> bits = stackalloc byte[36];
        bits.Clear();
        try
        {
            var length = 0;
            foreach (var c in utf8)
            {
                if (c is (byte)'-' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') continue;
                if (length == plain.Length) return null;
                plain[length++] = c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c + 32) : c;
            }
            if (length != plain.Length || !plain.StartsWith("sprk1"u8)) return null;
            for (var i = 0; i < Digits; i++)
            {
                var digit = Alphabet.IndexOf((char)(plain[5 + i] switch { (byte)'o' => (byte)'0', (byte)'i' or (byte)'l' => (byte)'1', var c => c }), StringComparison.Ordinal);
                if (digit < 0) return null;
                var (at, shifted) = (i * 5 / 8, digit << (11 - i * 5 % 8));
                bits[at] |= (byte)(shifted >> 8);
                bits[at + 1] |= (byte)shifted;
            }
            Span<byte> sum = stackalloc byte[2];
            CheckSum(bits[..32], sum);
            if (!bits.Slice(32, 2).SequenceEqual(sum) || bits[34] != 0) return null;
            var key = GC.AllocateArray<byte>(32, pinned: true);
            bits[..32].CopyTo(key);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
            CryptographicOperations.ZeroMemory(bits);
        }
    }

    private static void CheckSum(ReadOnlySpan<byte> key, Span<byte> sum)
    {
        Span<byte> input = stackalloc byte[37];
        Span<byte> hash = stackalloc byte[32];
        "sprk1"u8.CopyTo(input);
        key.CopyTo(input[5..]);
        SHA256.HashData(input, hash);
        hash[..2].CopyTo(sum);
        CryptographicOperations.ZeroMemory(input);
    }
}
