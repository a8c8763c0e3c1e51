using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Stillpoint.Model;

/// <summary>
/// 128 bits that sort by time: 48 bits of Unix milliseconds, then 80 random bits. Text is 26 characters of Crockford's base 32,
/// lower case, so it fits in checkpoint names (libvirt allows 247 bytes there) and sorts as the bytes do.
/// </summary>
public readonly record struct Ulid : IComparable<Ulid>
{
    public const int Length = 26;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private readonly UInt128 _value;

    private Ulid(UInt128 value) => _value = value;

    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds((long)(_value >> 80));

    public static Ulid New(TimeProvider clock) => At(clock.GetUtcNow());

    /// <summary>A new one of a time that is not the host's.</summary>
    public static Ulid At(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[6..]);
        var random = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return new(((UInt128)(ulong)time.ToUnixTimeMilliseconds() << 80) | random);
    }

    public static Ulid FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void CopyTo(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);

    public static bool TryParse([NotNullWhen(true)] string? text, out Ulid value)
    {
        value = default;
        if (text is not { Length: Length }) return false;
        UInt128 bits = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || bits >> 123 != 0) return false;
            bits = (bits << 5) | (uint)digit;
        }
        value = new(bits);
        return true;
    }

    public int CompareTo(Ulid other) => _value.CompareTo(other._value);

    public override string ToString() => string.Create(Length, _value, static (text, value) =>
    {
        for (var i = Length - 1; i >= 0; i--, value >>= 5) text[i] = Alphabet[(int)(value & 31)];
    });
}
