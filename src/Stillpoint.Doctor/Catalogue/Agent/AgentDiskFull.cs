using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest's own disk is full where the agent or extension must write, or has no inodes left.</summary>
internal sealed partial class AgentDiskFull() : Cause("agent-disk-full", Link.Agent)
{
    private static readonly LinePattern NoSpace =
        new("No space left on device", NoSpaceLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);
    private static readonly LinePattern NoRoutes = new("/proc/net/route contains no routes", null, LogKind.Agent);
    private static readonly LinePattern Df = new(["100% /", "99% /"], DfLine(), LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("free-space"), new("free-inodes", Applies.Linux), new("vacuum-journal", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [NoSpace, NoRoutes, Df];

    public override IReadOnlyList<string> Explains => ["agent-stale-state", "agent-cert-failure", "ext-load-failed"];

    private const double Full = 99;

    /// <summary>Where agent and extension write. A read-only image elsewhere is always full.</summary>
    private static readonly string[] Written = ["/", "/var", "/var/lib", "/var/lib/waagent", "/var/log", "/etc", "/tmp"];

    public override Finding? Judge(CaseFile file)
    {
        var noSpace = file.Hits(NoSpace);
        foreach (var (mount, fact) in file.Facts("guest.mount-used-percent").Concat(file.Facts("guest.inodes-used-percent")))
        {
            if (Written.Contains(mount) && CaseFile.Number(fact) >= Full)
                return Finding.Certain(fact, noSpace).With("mount", mount).With("percent", CaseFile.Number(fact));
        }
        var df = file.Hits(Df);
        if (noSpace.Any)
            return Finding.Certain(noSpace, df, file.Hits(NoRoutes)).With("path", noSpace.Value("path"))
                .With("mount", df.Value("mount")).With("percent", df.Value("percent"));
        return df.Any ? Finding.Certain(df).With("mount", df.Value("mount")).With("percent", df.Value("percent")) : null;
    }

    [GeneratedRegex(
        @"Errno 28\] No space left on device(: '(?<path>/var/(lib/waagent|log)[^']*)')?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NoSpaceLine();

    [GeneratedRegex(@"\s(?<percent>99|100)%\s+(?<mount>/|/var\S*|/tmp|/etc|/usr)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DfLine();
}
