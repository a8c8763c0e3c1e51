namespace Stillpoint.Texts;

/// <summary>A language there are texts in. Nothing here depends on the culture of the process, which is always invariant.</summary>
public sealed class Language
{
    public static readonly Language English = new("en", decimalMark: '.', byteUnit: "B", unitSuffix: "iB", "yyyy-MM-dd HH:mm:ss", ("h", "min", "s"), OneUpTo(1, includesZero: false));
    public static readonly Language Dutch = new("nl", ',', "B", "iB", "dd-MM-yyyy HH:mm:ss", ("u", "min", "s"), OneUpTo(1, includesZero: false));
    public static readonly Language SimplifiedChinese = new("zh-Hans", '.', "B", "iB", "yyyy/MM/dd HH:mm:ss", ("小时", "分", "秒"), static _ => false);
    public static readonly Language BrazilianPortuguese = new("pt-BR", ',', "B", "iB", "dd/MM/yyyy HH:mm:ss", ("h", "min", "s"), OneUpTo(1, includesZero: true));
    public static readonly Language French = new("fr", ',', "o", "io", "dd/MM/yyyy HH:mm:ss", ("h", "min", "s"), OneUpTo(1, includesZero: true));

    public static readonly IReadOnlyList<Language> All = [English, Dutch, SimplifiedChinese, BrazilianPortuguese, French];

    private Language(
        string tag, char decimalMark, string byteUnit, string unitSuffix, string dateFormat, (string Hour, string Minute, string Second) time,
        Func<long, bool> isOne)
    {
        Tag = tag;
        DecimalMark = decimalMark;
        ByteUnit = byteUnit;
        UnitSuffix = unitSuffix;
        DateFormat = dateFormat;
        TimeUnits = time;
        IsOne = isOne;
    }

    /// <summary>BCP 47.</summary>
    public string Tag { get; }

    internal char DecimalMark { get; }

    internal string ByteUnit { get; }

    /// <summary>What follows K, M, G, T.</summary>
    internal string UnitSuffix { get; }

    internal string DateFormat { get; }

    internal (string Hour, string Minute, string Second) TimeUnits { get; }

    /// <summary>Whether a count takes the singular (CLDR's category "one").</summary>
    internal Func<long, bool> IsOne { get; }

    /// <summary>A tag (<c>pt-BR</c>), or a locale name of the environment (<c>pt_BR.UTF-8</c>). Null: no texts in it.</summary>
    public static Language? Find(string name)
    {
        var tag = name.Split('.', '@')[0].Replace('_', '-');
        return All.FirstOrDefault(l => l.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase)) ??
            tag.ToLowerInvariant().Split('-')[0] switch
            {
                "en" => English,
                "nl" => Dutch,
                // Traditional Chinese is another script: its readers are served better by English than by a wrong one.
                "zh" when !tag.Contains("tw", StringComparison.OrdinalIgnoreCase) && !tag.Contains("hant", StringComparison.OrdinalIgnoreCase)
                    && !tag.Contains("hk", StringComparison.OrdinalIgnoreCase) => SimplifiedChinese,
                "pt" => BrazilianPortuguese,
                "fr" => French,
                _ => null,
            };
    }

    /// <summary>By POSIX's order: LC_ALL, LC_MESSAGES, LANG; English where none of them names a language there are texts in.</summary>
    public static Language OfEnvironment(Func<string, string?> variable)
    {
        foreach (var name in new[] { "LC_ALL", "LC_MESSAGES", "LANG" })
        {
            if (variable(name) is { Length: > 0 } value) return Find(value) ?? English;
        }
        return English;
    }

    public override string ToString() => Tag;

    private static Func<long, bool> OneUpTo(long last, bool includesZero) => n => n <= last && (n > 0 || (includesZero && n == 0));
}
