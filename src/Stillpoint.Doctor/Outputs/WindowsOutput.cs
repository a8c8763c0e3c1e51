using System.Text.RegularExpressions;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary><c>vssadmin list writers</c>, <c>sc query</c>, <c>sc qc</c>, <c>reg query</c>.</summary>
internal static partial class WindowsOutput
{
    public static IEnumerable<Fact> Read(OutputText output)
    {
        string? writer = null, service = null, key = null;
        for (var i = 0; i < output.Lines.Length; i++)
        {
            var line = output.Lines[i];
            if (Writer().Match(line) is { Success: true } w) writer = w.Groups["name"].Value;
            else if (writer is not null && WriterState().Match(line) is { Success: true } state)
                yield return output.Fact("guest.vss-writer:" + writer, state.Groups["state"].Value, i + 1);
            else if (Service().Match(line) is { Success: true } s) service = s.Groups["name"].Value;
            else if (service is not null && ServiceState().Match(line) is { Success: true } running)
                yield return output.Fact("guest.service:" + service, running.Groups["state"].Value == "RUNNING" ? "active" : "inactive", i + 1);
            else if (service is not null && StartType().Match(line) is { Success: true } start)
                yield return output.Fact("guest.service-enabled:" + service, start.Groups["type"].Value is "AUTO_START" ? "enabled" : "disabled", i + 1);
            else if (Key().Match(line) is { Success: true } k) key = k.Groups["key"].Value;
            else if (key is not null && Value().Match(line) is { Success: true } v)
                yield return output.Fact($"guest.registry:{key}\\{v.Groups["name"].Value}", v.Groups["value"].Value, i + 1);
        }
    }

    [GeneratedRegex("^Writer name: '(?<name>[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Writer();

    [GeneratedRegex(@"^\s+State: (?<state>\[[0-9]+\] .+)$", RegexOptions.CultureInvariant)]
    private static partial Regex WriterState();

    [GeneratedRegex(@"^SERVICE_NAME: (?<name>\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Service();

    [GeneratedRegex(@"^\s+STATE\s+: [0-9]+\s+(?<state>[A-Z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceState();

    [GeneratedRegex(@"^\s+START_TYPE\s+: [0-9]+\s+(?<type>[A-Z_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex StartType();

    [GeneratedRegex(@"^\[?(?<key>HK(EY_LOCAL_MACHINE|LM)\\[^\]]+?)\]?$", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex("^(\\s+(?<name>\\w+)\\s+REG_\\w+\\s+|\"(?<name>\\w+)\"=\"?)(?<value>[^\"]+)\"?$", RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}
