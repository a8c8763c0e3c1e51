using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>df</c> and <c>df -i</c>, wide or wrapped.</summary>
internal static partial class DiskFreeOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        string? name = null;
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (line.StartsWith("Filesystem", StringComparison.Ordinal) && line.Contains("Use%", StringComparison.Ordinal))
                name = line.Contains("IUse%", StringComparison.Ordinal) ? "guest.inodes-used-percent:" : "guest.mount-used-percent:";
            else if (name is not null && Row().Match(line) is { Success: true } row)
                yield return output.Fact(name + row.Groups["mount"].Value, row.Groups["percent"].Value, i + 1);
            else if (line.Length > 0 && !line.StartsWith('/') && name is not null && !line.Contains(' ', StringComparison.Ordinal))
                name = null;
        }
    }

    [GeneratedRegex(@" (?<percent>[0-9]{1,3})% (?<mount>/\S*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
