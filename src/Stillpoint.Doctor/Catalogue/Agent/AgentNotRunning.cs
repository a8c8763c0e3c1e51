using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent is installed and stopped: by a hand, or never enabled. One that crashed or is masked has its own entry or remedy.</summary>
internal sealed partial class AgentNotRunning() : Cause("agent-not-running", Link.Agent)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(45);

    private static readonly LinePattern Dead = new("inactive (dead)", Inactive(), LogKind.Command);
    private static readonly LinePattern Stopped = new("Stopped ", StoppedAgent(), LogKind.System);
    private static readonly LinePattern Started = new("Started ", StartedAgent(), LogKind.System);
    private static readonly LinePattern Heartbeat = new("[HEARTBEAT]", null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("start-agent", Applies.Linux), new("enable-agent", Applies.Linux), new("unmask-agent", Applies.Linux),
            new("configure-auto-restart", Applies.Waagent), new("start-agent-windows", Applies.Windows),
        ],
        Repair: "start-agent", Seed: "C2");

    public override IReadOnlyList<LinePattern> Patterns => [Dead, Stopped, Started, Heartbeat];

    public override IReadOnlyList<string> YieldsTo => ["agent-crash-loop", "agent-not-installed", "vmstate-misreported"];

    public override Finding? Judge(CaseFile file)
    {
        foreach (var unit in (string[])["walinuxagent", "waagent", "qemu-guest-agent"])
        {
            if (file.FactIs($"guest.service:{unit}", "inactive", "masked", "dead") is { } state) return Finding.Certain(state).With("service", unit);
        }
        if (file.Hits(Dead) is { Any: true } dead) return Finding.Certain(dead);
        var stopped = file.Hits(Stopped);
        if (stopped.Any && stopped.CountAfter(file.Hits(Started)) > 0) return Finding.Likely(stopped);
        // The agent says something at least every half hour; when the rest of the guest goes on for longer, it is gone.
        var (last, others) = (file.Hits(Heartbeat).Last, file.LastTime(LogKind.System));
        var silent = last is { Time: { } said } && file.LastTime(LogKind.Agent) is { } agent && others - said > Silence && others - agent > Silence;
        return silent ? Finding.Likely(last) : null;
    }

    [GeneratedRegex(@"Active: inactive \(dead\)", RegexOptions.CultureInvariant)]
    private static partial Regex Inactive();

    [GeneratedRegex(@"Stopped .*(Azure Linux Agent|walinuxagent|waagent|QEMU Guest Agent)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StoppedAgent();

    [GeneratedRegex(@"Started .*(Azure Linux Agent|walinuxagent|waagent|QEMU Guest Agent)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StartedAgent();
}
