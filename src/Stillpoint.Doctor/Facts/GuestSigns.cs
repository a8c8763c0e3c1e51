using System.Text.RegularExpressions;

namespace Stillpoint.Doctor;

/// <summary>Lines that say what the guest is.</summary>
internal static partial class GuestSigns
{
    public static IReadOnlyList<LinePattern> Patterns { get; } =
    [
        new("ID=", OsRelease(), LogKind.Config | LogKind.Command), new(["Distro:", "OS:"], AgentBanner(), LogKind.Agent),
    ];

    public static string? Os(IEnumerable<LogEvent> lines)
    {
        string? banner = null;
        foreach (var line in lines)
        {
            if (Patterns[0].Matches(line.Kind, line.Text)) return OsRelease().Match(line.Text).Groups["id"].Value.ToLowerInvariant();
            if (Patterns[1].Matches(line.Kind, line.Text)) banner = AgentBanner().Match(line.Text).Groups["id"].Value.ToLowerInvariant();
        }
        return banner is "redhat" or "redhatenterpriseserver" ? "rhel" : banner is "suse" ? "sles" : banner;
    }

    [GeneratedRegex("^ID=\"?(?<id>[a-z]+)\"?$", RegexOptions.CultureInvariant)]
    private static partial Regex OsRelease();

    [GeneratedRegex(@"\b(Distro|OS): ?(?<id>debian|ubuntu|rhel|centos|fedora|redhat|sles|suse|oracle|rocky|almalinux)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AgentBanner();
}
