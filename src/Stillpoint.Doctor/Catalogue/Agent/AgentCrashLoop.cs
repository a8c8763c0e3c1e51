using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent starts and dies, again and again: a Python that changed under it, a missing module, a broken package.</summary>
internal sealed partial class AgentCrashLoop() : Cause("agent-crash-loop", Link.Agent)
{
    private static readonly LinePattern GaveUp = new("Start request repeated too quickly", GaveUpLine(), LogKind.System | LogKind.Command);
    private static readonly LinePattern Died = new("launched with command", DiedLine(), LogKind.Agent);
    private static readonly LinePattern Exited = new("code=exited", ExitedLine(), LogKind.System | LogKind.Command);
    private static readonly LinePattern Unit = new(".service - ", UnitLine(), LogKind.Command);
    private static readonly LinePattern Failing = new("Active: ", FailingLine(), LogKind.Command);
    private static readonly LinePattern Well = new(
        ["running as the goal state agent", "ExtensionsInGoalState completed", "ProcessGoalState completed"],
        null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("read-first-error", Applies.Linux), new("restore-python", Applies.Waagent), new("reinstall-agent-debian", Applies.Debian),
            new("reinstall-agent-rhel", Applies.Rhel), new("configure-auto-restart", Applies.Linux),
        ], Seed: "C2");

    public override IReadOnlyList<LinePattern> Patterns => [GaveUp, Died, Exited, Unit, Failing, Well];

    public override IReadOnlyList<string> YieldsTo => ["kvm-agent-crashed", "agent-cpu-throttled", "agent-disk-full", "res-high-memory"];

    public override IReadOnlyList<string> Explains => ["kvm-agent-not-connected"];

    public override Finding? Judge(CaseFile file)
    {
        foreach (var unit in (string[])["walinuxagent", "waagent", "qemu-guest-agent"])
        {
            if (file.FactIs($"guest.service:{unit}", "failed") is { } state)
                return Finding.Certain(state, file.Fact($"guest.service-restarts:{unit}")).With("service", unit)
                    .With("count", file.Value($"guest.service-restarts:{unit}"));
        }
        var (gaveUp, exited) = (file.Hits(GaveUp), file.Hits(Exited));
        if (gaveUp.Any) return Finding.Certain(gaveUp, exited).With("service", exited.Value("service"));
        var failing = Signs.Below(file.Hits(Unit), file.Hits(Failing), within: 4).ToArray();
        if (failing.Length > 0)
            return Finding.Certain(failing[^1].Head, failing[^1].Line)
                .With("service", file.Hits(Unit).ValueOf(failing[^1].Head, "service"));
        // One unclean end happens at each update.
        var died = file.Hits(Died);
        var standing = died.CountAfter(file.Hits(Well)) + exited.Count;
        return standing >= 3 ? Finding.Likely(died, exited).With("count", standing).With("service", exited.Value("service")) : null;
    }

    [GeneratedRegex(
        @"(walinuxagent|waagent|qemu-guest-agent)\.service.*repeated too quickly",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GaveUpLine();

    [GeneratedRegex("launched with command .*return(ed)? code: [1-9]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DiedLine();

    [GeneratedRegex(
        @"(?<service>walinuxagent|waagent|qemu-guest-agent)\.service: (Main|" +
        "Control) process exited, code=exited, status=[1-9]",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ExitedLine();

    [GeneratedRegex(@"(?<service>walinuxagent|waagent|qemu-guest-agent)\.service - ", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnitLine();

    [GeneratedRegex(
        @"Active: (failed|activating \(auto-restart\)) \(Result: (exit-code|core-dump|signal|start-limit-hit|resources|" +
        "protocol)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FailingLine();
}
