using System.Text;

namespace Stillpoint.Texts;

/// <summary>
/// A text with places for values:
/// <c>{name}</c>; <c>{name:size}</c>, <c>{name:duration}</c> (shown as it is where it is no number); <c>{name|one|many}</c> chosen by a count;
/// <c>[...]</c> is left out when a value in it is not given; <c>[[</c> and <c>]]</c> are brackets. A value missing elsewhere is a question mark,
/// or its name in capitals where the caller prefers that.
/// </summary>
internal static class Template
{
    public static string Render(string template, Language language, ReadOnlySpan<(string Name, string Value)> values, bool missingByName = false)
    {
        var text = new StringBuilder(template.Length + 64);
        var optionalFrom = -1;
        var missing = false;
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            if (c is '[' or ']' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '[')
            {
                optionalFrom = text.Length;
                missing = false;
            }
            else if (c == ']')
            {
                if (missing) text.Length = optionalFrom;
                optionalFrom = -1;
            }
            else if (c == '{')
            {
                var end = template.IndexOf('}', i);
                var place = template.AsSpan(i + 1, end - i - 1);
                if (Value(place, language, values) is { } value) text.Append(value);
                else if (optionalFrom >= 0) missing = true;
                else if (missingByName) text.Append(place.ToString().ToUpperInvariant());
                else text.Append('?');
                i = end;
            }
            else
            {
                text.Append(c);
            }
        }
        return text.ToString();
    }

    private static string? Value(ReadOnlySpan<char> place, Language language, ReadOnlySpan<(string Name, string Value)> values)
    {
        var mark = place.IndexOfAny(':', '|');
        var name = mark < 0 ? place : place[..mark];
        string? value = null;
        foreach (var (n, v) in values)
        {
            if (name.SequenceEqual(n)) value = v;
        }
        if (value is null || mark < 0) return value;
        var rest = place[(mark + 1)..];
        if (place[mark] == ':') return Quantities.Format(rest, value, language);
        var bar = rest.IndexOf('|');
        return (language.IsOne(Quantities.Count(value)) ? rest[..bar] : rest[(bar + 1)..]).ToString();
    }
}
