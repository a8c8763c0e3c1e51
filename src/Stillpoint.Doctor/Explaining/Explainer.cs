using System.Globalization;
using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Explaining;

public enum ExplanationKind
{
    /// <summary>Nothing in it is known.</summary>
    Unknown,

    /// <summary>The id of a cause.</summary>
    Cause,

    /// <summary>A code or number of Azure's backup or of its extension.</summary>
    Code,

    /// <summary>A message of Azure's, in whatever language.</summary>
    Message,

    /// <summary>A code of ours.</summary>
    OwnCode,

    /// <summary>A line of a log, which a rule knows.</summary>
    LogLine,
}

/// <param name="Code">The code it is known under; null: a line of a log.</param>
/// <param name="Causes">Ids, the one to look at first in front. Only such as the catalogue has.</param>
public sealed record Explanation(ExplanationKind Kind, string? Code, IReadOnlyList<string> Causes);

/// <summary>What a pasted message, code or log line means. Pure; needs no language told.</summary>
public static partial class Explainer
{
    /// <summary>Longer ones are logs: for those there is the bundle.</summary>
    private const int MostText = 100_000;

    public static Explanation Explain(string text)
    {
        if (text.Length > MostText) text = text[..MostText];
        var word = text.Trim();
        if (Catalogue.Find(word.ToLowerInvariant()) is { } cause) return new(ExplanationKind.Cause, null, [cause.Id]);
        foreach (Match m in Word().Matches(text))
        {
            if (AzureCodes.CausesOf(m.Value) is { Count: > 0 } named) return Of(ExplanationKind.Code, AzureCodes.Names.First(n => n.Equals(m.Value, StringComparison.OrdinalIgnoreCase)), named);
            // Words such as "success" and "error" are codes only where they stand alone.
            if ((m.Value.Length > 9 || m.Value == word) && ExtensionCode.NumberOf(m.Value) is { } number && AzureCodes.CausesOf(number) is { Count: > 0 } reported)
                return Of(ExplanationKind.Code, ExtensionCode.NameOf(number), reported);
            if (OwnCode(m.Value) is { } own && (m.Value.Contains('-', StringComparison.Ordinal) || m.Value == word)) return Own(own);
        }
        if (NumberIn(word) is { } plain && AzureCodes.CausesOf(plain) is { Count: > 0 } causes)
            return Of(ExplanationKind.Code, ExtensionCode.NameOf(plain) ?? plain.ToString(CultureInfo.InvariantCulture), causes);
        // A line that convinces a rule says more than words that happen to stand in a message too.
        if (Convinced(text) is { Length: > 0 } found) return new(ExplanationKind.LogLine, null, found);
        if (KnownMessages.CodeOf(text) is { } code) return Of(ExplanationKind.Message, code, AzureCodes.CausesOf(code));
        string[] asking = [.. Diagnostician.Default.Asking(text.Split('\n'))];
        return asking.Length > 0 ? new(ExplanationKind.LogLine, null, asking) : new(ExplanationKind.Unknown, null, []);
    }

    /// <summary>A failure of ours, recognised by whoever knows the words.</summary>
    public static Explanation Own(FailureCode code) => Of(ExplanationKind.OwnCode, code.ToText(), OwnFailures.CausesOf(code));

    private static string[] Convinced(string text)
    {
        var at = 0;
        var lines = text.Split('\n').Select(l => LineFact.Of(LogKind.Unknown, "text", ++at, null, l.Trim()));
        return [.. Diagnostician.Default.Diagnose(lines).Causes.Select(c => c.Id).Where(id => !Catalogue.Find(id)!.Umbrella)];
    }

    private static Explanation Of(ExplanationKind kind, string? code, IReadOnlyList<string> causes) =>
        new(kind, code, [.. causes.Where(id => Catalogue.Find(id) is not null)]);

    private static int? NumberIn(string text) =>
        Number().Match(text) is { Success: true } m && int.TryParse(m.Groups["n"].Value, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static FailureCode? OwnCode(string word)
    {
        foreach (var code in Enum.GetValues<FailureCode>())
        {
            if (code.ToText().Equals(word, StringComparison.OrdinalIgnoreCase) || code.ToString().Equals(word, StringComparison.Ordinal)) return code;
        }
        return null;
    }

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9_-]{2,80}", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    /// <summary>A number alone, or after a word for "code" in one of the five languages.</summary>
    [GeneratedRegex(@"^(?<n>[0-9]{1,6})$|(code|foutcode|codigo|código|代码|错误码|erreur|erro|error|fout|错误)\s*[:：=#]?\s*(?<n>[0-9]{1,6})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
