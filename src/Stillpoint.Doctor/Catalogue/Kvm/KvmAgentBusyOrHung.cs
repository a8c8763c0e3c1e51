namespace Stillpoint.Doctor.Causes;

/// <summary>The agent is connected and does not answer.</summary>
internal sealed class KvmAgentBusyOrHung() : StatedCause("kvm-agent-busy-or-hung", Link.Agent)
{
    private static readonly LinePattern Silent = new("Guest agent not available for now", null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("restart-guest-agent", Applies.Linux), new("restart-guest-agent-windows", Applies.Windows)]);

    protected override IReadOnlyList<LinePattern> Says => [Silent];

    protected override IReadOnlyList<string> Failures => ["agent-not-responding"];

    public override IReadOnlyList<string> YieldsTo =>
        ["kvm-agent-crashed", "fs-frozen-left-behind", "fs-freeze-hang", "res-high-cpu", "res-high-memory", "res-io-stall"];

    public override Finding? Judge(CaseFile file) =>
        file.FactIs("agent.answers", "false") is { } silent && file.FactIs("agent.connected", "true") is { } connected
            // One that is paused answers nothing, and is told by its own entry.
            && file.FactIs("domain.power", "paused", "suspended") is null
            ? Finding.Certain(connected, silent)
            : base.Judge(file);
}
