using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent is installed and stopped: by a hand, or never enabled. One that crashed has its own entry.</summary>
internal sealed partial class AgentNotRunning() : Cause("agent-not-running", Link.Agent)
{
    private static readonly LinePattern Unit = new(".service - ", UnitLine(), LogKind.Command);
    private static readonly LinePattern Dead = new("inactive (dead)", DeadLine(), LogKind.Command);
    private static readonly LinePattern Stopped = new("Stopped ", StoppedLine(), LogKind.System);
    private static readonly LinePattern Started = new("Started ", StartedLine(), LogKind.System);
    private static readonly LinePattern Processes = new(["PID TTY", "PID %CPU", "%CPU %MEM"], ProcessesLine(), LogKind.Command);
    private static readonly LinePattern Alive = new(["waagent", "python", "qemu-ga", "WindowsAzureGuest"], AliveLine(), LogKind.Command);
    private static readonly LinePattern Heartbeat = new("[HEARTBEAT]", null, LogKind.Agent);
    private static readonly LinePattern Echo = new("[HEARTBEAT]", null, LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("start-agent", Applies.Linux), new("enable-agent", Applies.Linux), new("unmask-agent", Applies.Linux),
            new("configure-auto-restart", Applies.Waagent), new("start-agent-windows", Applies.Windows),
        ], Seed: "C2");

    public override IReadOnlyList<LinePattern> Patterns => [Unit, Dead, Stopped, Started, Processes, Alive, Heartbeat, Echo];

    public override IReadOnlyList<string> YieldsTo =>
    [
        "agent-crash-loop", "agent-not-installed", "agent-blacklisted", "kvm-agent-crashed", "vmstate-misreported",
        "agent-windows-unresponsive", "kvm-agent-channel-missing", "res-high-memory",
    ];

    public override IReadOnlyList<string> Explains => ["kvm-agent-not-connected", "snap-status-unavailable"];

    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(45);

    public override Finding? Judge(CaseFile file)
    {
        foreach (var unit in (string[])["walinuxagent", "waagent", "qemu-guest-agent"])
        {
            if (file.FactIs($"guest.service:{unit}", "inactive", "masked", "dead") is { } state && !OtherAgentRuns(file, unit))
                return Finding.Certain(state).With("service", unit);
        }
        var dead = Signs.Below(file.Hits(Unit), file.Hits(Dead), within: 4).ToArray();
        if (dead.Length > 0)
            return Finding.Certain(dead[^1].Head, dead[^1].Line).With("service", file.Hits(Unit).ValueOf(dead[^1].Head, "service"));
        var stopped = file.Hits(Stopped);
        if (stopped.Any && stopped.CountAfter(file.Hits(Started)) > 0) return Finding.Likely(stopped.Last);
        if (file.FactIs("guest.process:waagent", "0") is { } none && file.FactIs("guest.process:qemu-ga", "0") is { } neither)
            return Finding.Likely(none, neither);
        if (file.Hits(Processes) is { Any: true } list && !file.Hits(Alive).Any) return Finding.Likely(list);
        return Silent(file);
    }

    /// <summary>
    /// The agent says something at least every half hour. That its own log ends long before another may only say when each was copied; a system log that
    /// has the agent's lines as well, and goes on without them, is one file and proof.
    /// </summary>
    private static Finding? Silent(CaseFile file)
    {
        var (own, echo) = (file.Hits(Heartbeat).Last, file.Hits(Echo).Last);
        var (agent, system) = (file.LastTime(LogKind.Agent), file.LastTime(LogKind.System));
        if (agent is not null && !(system - agent > Silence)) return null;
        if (echo is { Time: { } heard } && file.LastTime(echo.Source) - heard > Silence) return Finding.Likely(echo, own);
        return own is { Time: { } said } && system - said > Silence ? Finding.Possible(own) : null;
    }

    /// <summary>A guest backed up by one agent may have the other one installed and switched off.</summary>
    private static bool OtherAgentRuns(CaseFile file, string unit) => file.Value("vm.channel") switch
    {
        "qga" => unit != "qemu-guest-agent",
        "waagent" => unit == "qemu-guest-agent",
        _ when unit == "qemu-guest-agent" => file.Guest.Waagent,
        _ => !file.Guest.Waagent
            && (file.FactIs("agent.answers", "true") ?? file.FactIs("guest.service:qemu-guest-agent", "active")) is not null,
    };

    [GeneratedRegex(@"(?<service>walinuxagent|waagent|qemu-guest-agent)\.service - ", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnitLine();

    [GeneratedRegex(@"Active: inactive \(dead\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeadLine();

    [GeneratedRegex(
        "Stopped .*(Azure Linux Agent|walinuxagent|waagent|QEMU Guest Agent)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StoppedLine();

    [GeneratedRegex(
        "Started .*(Azure Linux Agent|walinuxagent|waagent|QEMU Guest Agent)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StartedLine();

    [GeneratedRegex(@"^\s*(USER\s+)?PID\b.*\b(CMD|COMMAND)\s*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ProcessesLine();

    [GeneratedRegex(@"^\s*(\S+\s+)?\d+ .*(waagent|python|qemu-ga|WindowsAzureGuest)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AliveLine();
}
