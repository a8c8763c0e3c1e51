using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>What the runner in the guest said (<c>src/guest/scripts.sh</c>). A guest may say anything: what is no line of the runner's is ignored.</summary>
/// <param name="Pre">How many scripts there are before the freeze.</param>
/// <param name="Refused">Path and why, of each that is not run.</param>
/// <param name="Ended">It said its last word.</param>
internal sealed record ScriptReport(int Pre, int Post, IReadOnlyList<(string Path, string Why)> Refused, IReadOnlyList<ScriptRun> Runs, bool Ended)
{
    private const int LongestOutput = 4096, LongestPath = 300, MostLines = 20_000;

    public static ScriptReport Read(string text)
    {
        int pre = 0, post = 0;
        var refused = new List<(string, string)>();
        var runs = new List<ScriptRun>();
        var ended = false;
        foreach (var line in text.Split('\n').Take(MostLines))
        {
            if (line.StartsWith("| ", StringComparison.Ordinal) && runs.Count > 0)
            {
                var (last, more) = (runs[^1], Clean(line[2..]));
                if (last.Output.Length + more.Length < LongestOutput) runs[^1] = last with { Output = last.Output + more + "\n" };
                continue;
            }
            var words = line.Split(' ');
            switch (words)
            {
                case ["pre-freeze", _]: pre++; break;
                case ["post-freeze", _]: post++; break;
                case ["refused", .. var path, var why]: refused.Add((Clean(string.Join(' ', path)), Clean(why))); break;
                case ["ran", var phase, var name, var exit, var tries]
                    when int.TryParse(exit, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                    && int.TryParse(tries, NumberStyles.None, CultureInfo.InvariantCulture, out var count):
                    runs.Add(new(phase == "pre-freeze" ? ScriptPhase.PreFreeze : ScriptPhase.PostFreeze, Clean(name), code, count, ""));
                    break;
                case ["done"] or ["none"]: ended = true; break;
            }
        }
        return new(pre, post, refused, runs, ended);
    }

    /// <summary>It is shown on terminals.</summary>
    private static string Clean(string text) =>
        new([.. (text.Length > LongestPath * 4 ? text[..(LongestPath * 4)] : text).Select(c => char.IsControl(c) && c != '\t' ? '?' : c)]);
}
