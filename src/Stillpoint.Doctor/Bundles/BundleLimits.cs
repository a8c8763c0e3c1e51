namespace Stillpoint.Doctor.Bundles;

/// <summary>What a bundle may cost to read, whatever it claims to be. Real ones stay far below.</summary>
/// <param name="Files">Entries looked at.</param>
/// <param name="BytesOfFile">Plain bytes read of one file.</param>
/// <param name="Bytes">Plain bytes read of all.</param>
/// <param name="Ratio">Plain to stored, once <paramref name="RatioFrom"/> plain bytes were read. Deflate reaches 1,032; logs stay below 100.</param>
public sealed record BundleLimits(
    int Files = 50_000, long BytesOfFile = 8L << 30, long Bytes = 16L << 30, int Ratio = 300, long RatioFrom = 64L << 20)
{
    public static BundleLimits Default { get; } = new();
}

/// <summary>Why something in a bundle was not read, or not to its end.</summary>
public static class SkipReason
{
    public const string Binary = "binary", NotAFile = "not-a-file", TooMuch = "too-much", Ratio = "compression-ratio", Damaged = "damaged",
        Nested = "nested-archive", Denied = "denied", TooMany = "too-many-files";
}
