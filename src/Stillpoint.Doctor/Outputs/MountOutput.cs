using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>mount</c>, <c>/proc/mounts</c>, and <c>losetup</c>.</summary>
internal static partial class MountOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            var m = Mounted().Match(line);
            if (!m.Success) m = Proc().Match(line);
            if (m.Success)
            {
                var mount = m.Groups["mount"].Value;
                yield return output.Fact("guest.mount-source:" + mount, m.Groups["source"].Value, i + 1);
                yield return output.Fact("guest.mount-type:" + mount, m.Groups["type"].Value, i + 1);
                yield return output.Fact("guest.mount-options:" + mount, m.Groups["options"].Value, i + 1);
            }
            else if (Loop().Match(line) is { Success: true } loop)
            {
                yield return output.Fact("guest.loop:" + loop.Groups["device"].Value, loop.Groups["file"].Value, i + 1);
            }
        }
    }

    [GeneratedRegex(@"^(?<source>\S+) on (?<mount>/\S*) type (?<type>\S+) \((?<options>[^)]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Mounted();

    [GeneratedRegex(@"^(?<source>\S+) (?<mount>/\S*) (?<type>[\w.]+) (?<options>(rw|ro)\S*) [0-9] [0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Proc();

    [GeneratedRegex(@"^(?<device>/dev/loop[0-9]+):? .*?\(?(?<file>/[^ )]+)\)?\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Loop();
}
