using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Doctor;

/// <summary>Lines of text as facts, and back: name <c>line.KIND</c>, source <c>FILE:LINE</c>.</summary>
public static class LineFact
{
    public static Fact Of(LogKind kind, string file, int line, DateTimeOffset? time, string text) =>
        new(FactNames.Line + TextOf(kind), text, line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{file}:{line}") : file, time ?? default);

    internal static LogEvent? Read(Fact fact, int order)
    {
        if (!fact.Name.StartsWith(FactNames.Line, StringComparison.Ordinal)) return null;
        var kind = KindOf(fact.Name[FactNames.Line.Length..]) ?? LogKind.Unknown;
        var colon = fact.Source.LastIndexOf(':');
        var line = 0;
        var numbered = colon > 0 && int.TryParse(fact.Source.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out line);
        return new(kind, numbered ? fact.Source[..colon] : fact.Source, line, fact.Time == default ? null : fact.Time, fact.Value, order);
    }

    /// <summary><c>agent</c>, <c>host+command</c>.</summary>
    internal static string TextOf(LogKind kind) => kind.ToString().ToLowerInvariant().Replace(", ", "+", StringComparison.Ordinal);

    internal static LogKind? KindOf(string? text) =>
        Enum.TryParse<LogKind>(text?.Replace('+', ','), ignoreCase: true, out var kind) ? kind : null;
}
