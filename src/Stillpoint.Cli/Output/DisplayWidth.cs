using System.Text;

namespace Stillpoint.Cli.Output;

/// <summary>Columns a text takes on a terminal: East Asian wide characters take two.</summary>
internal static class DisplayWidth
{
    public static int Of(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += IsWide(rune.Value) ? 2 : 1;
        return width;
    }

    /// <summary>As much of the text as fits.</summary>
    public static string Fit(string text, int width)
    {
        if (Of(text) <= width) return text;
        var fitting = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += IsWide(rune.Value) ? 2 : 1;
            if (used > width - 1) return fitting.Append('…').ToString();
            fitting.Append(rune);
        }
        return fitting.ToString();
    }

    /// <summary>The blocks that Unicode's EastAsianWidth.txt gives as W or F, as far as the texts can hold them.</summary>
    private static bool IsWide(int c) => c is >= 0x1100 and (<= 0x115F or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6));
}
