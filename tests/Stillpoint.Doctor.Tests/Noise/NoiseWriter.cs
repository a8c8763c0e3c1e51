using System.Globalization;

namespace Stillpoint.Doctor.Tests.Noise;

/// <summary>Normal logs from a seed: the same seed gives the same lines.</summary>
internal sealed class NoiseWriter(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A line of a kind, with its time written as such logs do.</summary>
    public string Line(LogKind kind, DateTimeOffset at) => kind switch
    {
        LogKind.Agent => $"{at:yyyy-MM-ddTHH:mm:ss.ffffff}Z {Pick(NormalLines.Agent)}",
        LogKind.Extension => $"{at:yyyy/MM/dd HH:mm:ss.ffffff} {Pick(NormalLines.Extension)}",
        LogKind.Shell => $"{at:yyyy/MM/dd HH:mm:ss} {Pick(NormalLines.Shell)}",
        LogKind.Audit => Pick(NormalLines.Audit).Replace("{t}", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
        LogKind.Host => $"{at:yyyy-MM-dd HH:mm:ss.fff}+0000: {Pick(NormalLines.Host)}",
        LogKind.Windows => $"[{_random.Next(1, 99):00000000}] [{at:MM/dd/yyyy HH:mm:ss.ff}] {Pick(NormalLines.Windows)}",
        _ => System(at, Pick(NormalLines.System)),
    };

    public string UnrelatedError(DateTimeOffset at) => System(at, Pick(NormalLines.UnrelatedErrors));

    public int Next(int below) => _random.Next(below);

    private static string System(DateTimeOffset at, string text) =>
        $"{at.ToString("MMM", CultureInfo.InvariantCulture)} {at.Day,2} {at:HH:mm:ss} {text}";

    private string Pick(string[] from)
    {
        var text = from[_random.Next(from.Length)];
        while (text.IndexOf("{n}", StringComparison.Ordinal) is >= 0 and var at) text = text[..at] + _random.Next(1, 99_999).ToString(CultureInfo.InvariantCulture) + text[(at + 3)..];
        while (text.IndexOf("{h}", StringComparison.Ordinal) is >= 0 and var at) text = text[..at] + _random.Next().ToString("x8", CultureInfo.InvariantCulture) + text[(at + 3)..];
        return text;
    }
}
