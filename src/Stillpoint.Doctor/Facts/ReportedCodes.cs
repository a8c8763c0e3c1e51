using System.Globalization;
using System.Text.RegularExpressions;

namespace Stillpoint.Doctor;

/// <param name="Number">-1 where only a name was reported that has no number here.</param>
public sealed record ReportedCode(int Number, string Name, LogEvent Event);

/// <summary>Numbers that the snapshot extension reported about itself: in its log as <c>StatusCode.NAME</c>, in its status files as <c>code</c>.</summary>
public sealed partial class ReportedCodes
{
    private readonly ReportedCode[] _codes;

    private ReportedCodes(ReportedCode[] codes) => _codes = codes;

    /// <summary>For the sieve: lines that carry a code are kept whatever the rules ask for.</summary>
    public static IReadOnlyList<LinePattern> Patterns { get; } =
    [
        new("StatusCode.", Named(), LogKind.Extension | LogKind.Shell | LogKind.Agent),
        new("error", EnableFailed(), LogKind.Extension),
        new("\"code\"", Numbered(), LogKind.Status),
    ];

    /// <summary>The newest; null: none was reported.</summary>
    public ReportedCode? Last => _codes.Length > 0 ? _codes[^1] : null;

    public bool Any => _codes.Length > 0;

    /// <summary>The newest report, if it is one of these.</summary>
    public ReportedCode? LastIs(params ReadOnlySpan<int> numbers) => Last is { } last && numbers.Contains(last.Number) ? last : null;

    /// <summary>The newest report of one of these numbers that no report of success followed.</summary>
    public ReportedCode? Standing(params ReadOnlySpan<int> numbers)
    {
        for (var i = _codes.Length - 1; i >= 0 && _codes[i].Number is not (0 or 1); i--)
        {
            if (numbers.Contains(_codes[i].Number)) return _codes[i];
        }
        return null;
    }

    internal static ReportedCodes Of(IEnumerable<LogEvent> lines)
    {
        var found = new List<ReportedCode>();
        foreach (var line in lines)
        {
            if (Patterns[0].Matches(line.Kind, line.Text)) Add(Named().Match(line.Text).Groups["name"].Value);
            else if (Patterns[1].Matches(line.Kind, line.Text)) Add(EnableFailed().Match(line.Text).Groups["name"].Value);
            else if (line.Kind == LogKind.Status && Patterns[2].Matches(line.Kind, line.Text))
            {
                var number = int.Parse(Numbered().Match(line.Text).Groups["code"].Value, CultureInfo.InvariantCulture);
                found.Add(new(number, ExtensionCode.NameOf(number) ?? "", line));
            }

            void Add(string name) => found.Add(new(ExtensionCode.NumberOf(name) ?? -1, name, line));
        }
        // 4 says only that the work goes on.
        found.RemoveAll(c => c.Number is 4);
        return new([.. found.OrderBy(c => c.Event.Time ?? DateTimeOffset.MinValue).ThenBy(c => c.Event.Order)]);
    }

    [GeneratedRegex(@"StatusCode\.(?<name>[A-Za-z_]\w{2,80})", RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    [GeneratedRegex(@"Enable failed with (?<name>Failed[A-Za-z]{5,80}) err", RegexOptions.CultureInvariant)]
    private static partial Regex EnableFailed();

    [GeneratedRegex("\"code\"\\s*:\\s*\"?(?<code>[0-9]{1,6})\\b", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
