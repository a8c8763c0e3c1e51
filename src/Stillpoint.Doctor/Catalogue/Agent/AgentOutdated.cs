using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>An agent too old for the extension, or one of the versions known to be bad.</summary>
internal sealed partial class AgentOutdated() : Cause("agent-outdated", Link.Agent)
{
    private static readonly LinePattern Version =
        new(["WALinuxAgent-", "Agent Version", "Goal state agent:"], VersionLine(), LogKind.Agent | LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("update-agent-debian", Applies.Debian), new("update-agent-rhel", Applies.Rhel), new("update-agent-suse", Applies.Suse),
            new("update-agent-windows", Applies.Windows), new("not-from-github", Applies.Waagent),
        ], Seed: "C2");

    public override IReadOnlyList<LinePattern> Patterns => [Version];

    public override IReadOnlyList<string> YieldsTo => ["agent-blacklisted"];

    /// <summary>The versions known to harm backups (2.1.5, 2.2.19, 2.2.21 to 24) and the seeds' 2.0 all lie below.</summary>
    private static readonly Version Least = new(2, 2, 30);

    public override Finding? Judge(CaseFile file)
    {
        foreach (var name in (string[])["walinuxagent", "waagent", "WALinuxAgent", "python-azure-agent"])
        {
            if (file.Fact($"guest.package:{name}") is { } package && IsOld(package.Value))
                return Finding.Certain(package).With("version", package.Value).AsLasting();
        }
        // Of several that ran, the newest line counts; the daemon may be older than the child it starts.
        var hits = file.Hits(Version);
        if (hits.Last is not { } last || hits.ValueOf(last, "version") is not { } version || !IsOld(version)) return null;
        return Finding.Certain(last).With("version", version).AsLasting();
    }

    private static bool IsOld(string version) => System.Version.TryParse(version.Split('-')[0], out var parsed) && parsed < Least;

    [GeneratedRegex(
        @"(Azure Linux Agent Version: ?(WALinuxAgent-)?|Agent WALinuxAgent-(?=[\d.]+ is running)|" +
        @"Goal state agent: )(?<version>\d+(\.\d+)+)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex VersionLine();
}
