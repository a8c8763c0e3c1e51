using System.Globalization;
using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>free</c>, <c>top</c>, <c>/proc/pressure/*</c>.</summary>
internal static partial class PressureOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (Memory().Match(line) is { Success: true } memory)
            {
                var (total, available) = (Number(memory, "total"), Number(memory, "available"));
                if (total > 0) yield return output.Fact("guest.memory-percent", Percent(100 * (total - available) / total), i + 1);
            }
            else if (Top().Match(line) is { Success: true } top)
            {
                yield return output.Fact("guest.cpu-percent", Percent(100 - Number(top, "idle")), i + 1);
                yield return output.Fact("guest.steal-percent", Percent(Number(top, "steal")), i + 1);
            }
            else if (Some().Match(line) is { Success: true } some && Resource().Match(output.Name + (i > 0 ? output.Lines[i - 1] : "")) is { Success: true } of)
            {
                yield return output.Fact("guest.psi-" + of.Groups["of"].Value, some.Groups["avg"].Value, i + 1);
            }
        }
    }

    private static double Number(Match match, string group) => double.Parse(match.Groups[group].Value.Replace(',', '.'), CultureInfo.InvariantCulture);

    private static string Percent(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^Mem: +(?<total>[0-9]{1,15}) +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +(?<available>[0-9]{1,15})", RegexOptions.CultureInvariant)]
    private static partial Regex Memory();

    [GeneratedRegex(@"^%?Cpu\(s\):.*?(?<idle>[0-9]{1,3}[.,][0-9]) id,.*?(?<steal>[0-9]{1,3}[.,][0-9]) st", RegexOptions.CultureInvariant)]
    private static partial Regex Top();

    [GeneratedRegex(@"^some avg10=(?<avg>[0-9.]{1,8})", RegexOptions.CultureInvariant)]
    private static partial Regex Some();

    [GeneratedRegex(@"pressure.*?(?<of>cpu|memory|io)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Resource();
}
