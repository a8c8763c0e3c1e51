using System.Globalization;

namespace Stillpoint.Texts;

/// <summary>Sizes, durations and times as each language writes them.</summary>
internal static class Quantities
{
    public static string Format(ReadOnlySpan<char> kind, string value, Language language) => kind switch
    {
        "size" when long.TryParse(value, CultureInfo.InvariantCulture, out var bytes) => Size(bytes, language),
        "duration" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) => Duration(TimeSpan.FromSeconds(seconds), language),
        _ => value,
    };

    public static long Count(string value) => long.TryParse(value, CultureInfo.InvariantCulture, out var count) ? count : 0;

    /// <summary>Binary units, three digits: 7 B, 1.50 MiB, 12.3 GiB, 512 GiB.</summary>
    public static string Size(long bytes, Language language)
    {
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes} {language.ByteUnit}");
        double value = bytes;
        var unit = -1;
        do
        {
            value /= 1024;
            unit++;
        }
        while (value >= 999.5 && unit < 4);
        var digits = value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
        return $"{digits.Replace('.', language.DecimalMark)} {"KMGTP"[unit]}{language.UnitSuffix}";
    }

    /// <summary>Two units at most: 340 ms, 4.2 s, 3 min 05 s, 2 h 07 min.</summary>
    public static string Duration(TimeSpan duration, Language language)
    {
        var (h, min, s) = language.TimeUnits;
        var total = duration.TotalSeconds;
        if (total < 1) return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Round(duration.TotalMilliseconds))} ms");
        if (total < 9.95) return $"{total.ToString("0.0", CultureInfo.InvariantCulture).Replace('.', language.DecimalMark)} {s}";
        var whole = (long)Math.Round(total);
        if (whole < 60) return string.Create(CultureInfo.InvariantCulture, $"{whole} {s}");
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60} {min} {whole % 60:00} {s}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600} {h} {whole / 60 % 60:00} {min}");
    }
}
