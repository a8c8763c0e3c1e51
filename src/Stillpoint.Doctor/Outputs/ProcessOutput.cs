using System.Globalization;
using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary>Process lists: whether the agents live, which is asked of every list whatever its columns.</summary>
internal static partial class ProcessOutput
{
    private static readonly (string Name, string Sign)[] Agents = [("waagent", "waagent"), ("qemu-ga", "qemu-ga")];

    public static IEnumerable<Fact> Read(OutputText output)
    {
        var head = Array.FindIndex(output.Lines, l => Head().IsMatch(l));
        if (head < 0) yield break;
        foreach (var (name, sign) in Agents)
        {
            var at = -1;
            var count = 0;
            for (var i = head + 1; i < output.Lines.Length; i++)
            {
                if (!output.Lines[i].Contains(sign, StringComparison.Ordinal) || output.Lines[i].Contains("grep", StringComparison.Ordinal)) continue;
                at = at < 0 ? i : at;
                count++;
            }
            // Half a list proves nothing missing.
            if (count > 0 || output.Lines.Length > head + 20)
                yield return output.Fact("guest.process:" + name, count.ToString(CultureInfo.InvariantCulture), at < 0 ? head + 1 : at + 1);
        }
    }

    [GeneratedRegex(@"^\s*(USER +PID|UID +PID|PID +TTY|PID +(USER|PPID|COMMAND|CMD))", RegexOptions.CultureInvariant)]
    private static partial Regex Head();
}
