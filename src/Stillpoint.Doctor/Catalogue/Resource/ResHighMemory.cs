using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest has no memory left: it swaps, or its kernel ended the agent.</summary>
internal sealed partial class ResHighMemory() : Cause("res-high-memory", Link.Load)
{
    private static readonly LinePattern Killed = new("Out of memory: Killed process", KilledLine(), LogKind.System);
    private static readonly LinePattern OwnUnit = new("killed by the OOM killer", OwnUnitLine(), LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("run-off-peak"), new("run-on-demand"), new("enlarge-vm"), new("find-memory-hog", Applies.Linux)], Seed: "T4");

    public override IReadOnlyList<string> Explains =>     [
        "kvm-agent-crashed", "kvm-agent-not-connected", "kvm-agent-busy-or-hung", "agent-not-running", "agent-crash-loop",
        "snap-status-unavailable",
    ];

    /// <summary>Per cent of memory that is neither free nor cache.</summary>
    private const double Full = 90;

    /// <summary>Per cent of time in which something waited for memory (PSI, ten seconds).</summary>
    private const double Waiting = 20;

    public override Finding? Judge(CaseFile file)
    {
        var (killed, unit) = (file.Hits(Killed), file.Hits(OwnUnit));
        if (unit.Any) return Finding.Certain(unit, killed).With("process", killed.Value("process"));
        // Any program may be called python; the agent's own name is proof.
        if (killed.Any)
            return (killed.Value("process")!.StartsWith("python",
                StringComparison.Ordinal) ? Finding.Likely(killed) : Finding.Certain(killed)).With("process", killed.Value("process"));
        if (Signs.RanOutOfTime(file) is not { } late) return null;
        var measured = file.FactAtLeast("guest.memory-percent", Full) ?? file.FactAtLeast("guest.psi-memory", Waiting);
        return measured is null ? null : Finding.Certain(measured, late).With("percent", CaseFile.Number(measured));
    }

    public override IReadOnlyList<LinePattern> Patterns => [Killed, OwnUnit, Signs.Complaint];

    [GeneratedRegex(
        @"Out of memory: Killed process \d+ \((?<process>waagent|python3?(\.\d+)?|qemu-ga|safefreeze|vmsnapshot)\)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex KilledLine();

    [GeneratedRegex(
        @"(walinuxagent|waagent|qemu-guest-agent)\.service: .*killed by the OOM killer",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex OwnUnitLine();
}
