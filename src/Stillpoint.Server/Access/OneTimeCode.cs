using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stillpoint.Server.Access;

/// <summary>Six digits that change every 30 seconds (RFC 6238, SHA-1, as authenticators expect).</summary>
internal static class OneTimeCode
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int StepSeconds = 30, SecretBytes = 20;

    public static string NewSecret() => Write(RandomNumberGenerator.GetBytes(SecretBytes));

    public static string UriOf(string user, string secret) =>
        $"otpauth://totp/Stillpoint:{Uri.EscapeDataString(user)}?secret={secret}&issuer=Stillpoint";

    public static string At(string secret, long step)
    {
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, step);
        var hash = HMACSHA1.HashData(Read(secret)!, time);
        var at = hash[^1] & 15;
        var number = (BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(at)) & int.MaxValue) % 1_000_000;
        return number.ToString("D6", CultureInfo.InvariantCulture);
    }

    public static long StepOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>One step early or late is taken: clocks differ. A step at or before the last one taken is not.</summary>
    /// <returns>The step whose code it is; null: none.</returns>
    public static long? Find(string secret, string code, DateTimeOffset now, long last)
    {
        var current = StepOf(now);
        var given = Encoding.UTF8.GetBytes(code);
        long? found = null;
        for (var step = current - 1; step <= current + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(At(secret, step)), given) && step > last) found = step;
        return found;
    }

    /// <returns>Null: not base 32, or not of our length.</returns>
    public static byte[]? Read(string secret)
    {
        if (secret.Length != SecretBytes * 8 / 5) return null;
        var bytes = new byte[SecretBytes];
        for (var i = 0; i < secret.Length; i++)
        {
            var digit = Alphabet.IndexOf(secret[i], StringComparison.Ordinal);
            if (digit < 0) return null;
            for (var bit = 0; bit < 5; bit++)
                if ((digit >> (4 - bit) & 1) != 0) bytes[(i * 5 + bit) / 8] |= (byte)(1 << (7 - (i * 5 + bit) % 8));
        }
        return bytes;
    }

    private static string Write(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var i = 0; i < bytes.Length * 8; i += 5)
        {
            var digit = 0;
            for (var bit = i; bit < i + 5; bit++) digit = digit << 1 | bytes[bit / 8] >> (7 - bit % 8) & 1;
            text.Append(Alphabet[digit]);
        }
        return text.ToString();
    }
}
