using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>systemctl status</c>, <c>list-units</c>, <c>is-enabled</c> lists.</summary>
internal static partial class SystemctlOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        string? unit = null;
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (Head().Match(line) is { Success: true } head)
            {
                unit = head.Groups["unit"].Value;
            }
            else if (unit is not null && Active().Match(line) is { Success: true } active)
            {
                yield return output.Fact("guest.service:" + unit, active.Groups["state"].Value, i + 1);
            }
            else if (unit is not null && Loaded().Match(line) is { Success: true } loaded)
            {
                var load = loaded.Groups["load"].Value;
                if (load is "masked" or "not-found") yield return output.Fact("guest.service-enabled:" + unit, load, i + 1);
                else if (loaded.Groups["enabled"].Success) yield return output.Fact("guest.service-enabled:" + unit, loaded.Groups["enabled"].Value, i + 1);
            }
            else if (Listed().Match(line) is { Success: true } listed)
            {
                yield return output.Fact("guest.service:" + listed.Groups["unit"].Value, listed.Groups["state"].Value, i + 1);
            }
            else if (UnitFile().Match(line) is { Success: true } file)
            {
                yield return output.Fact("guest.service-enabled:" + file.Groups["unit"].Value, file.Groups["state"].Value, i + 1);
            }
        }
    }

    [GeneratedRegex(@"^\S{0,12}[●○×*] +(?<unit>[\w@.-]+)\.service\b", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"^ +Active: (?<state>active|inactive|failed|activating|deactivating)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Active();

    [GeneratedRegex(@"^ +Loaded: (?<load>[a-z-]+)( \([^;)]*; (?<enabled>enabled|disabled|static|masked))?", RegexOptions.CultureInvariant)]
    private static partial Regex Loaded();

    [GeneratedRegex(@"^\W{0,4}(?<unit>[\w@.-]+)\.service +(loaded|masked|not-found|error) +(?<state>active|inactive|failed|activating) +[a-z-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Listed();

    [GeneratedRegex(@"^(?<unit>[\w@.-]+)\.service +(?<state>enabled|disabled|masked|static|generated)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex UnitFile();
}
