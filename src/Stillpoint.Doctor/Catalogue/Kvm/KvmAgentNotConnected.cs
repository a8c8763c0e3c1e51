namespace Stillpoint.Doctor.Causes;

/// <summary>The channel is there and no agent answers on it: not installed, not started, or it was started before the channel.</summary>
internal sealed class KvmAgentNotConnected() : StatedCause("kvm-agent-not-connected", Link.Agent)
{
    private static readonly LinePattern Said = new(["agent is not connected", "agent configured but not running"], null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("install-guest-agent-debian", Applies.Debian), new("install-guest-agent-rhel", Applies.Rhel),
            new("start-guest-agent", Applies.Linux), new("install-guest-agent-windows", Applies.Windows),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    protected override IReadOnlyList<string> Failures => ["agent-not-connected"];

    public override Finding? Judge(CaseFile file) =>
        file.FactIs("agent.connected", "false") is { } state && file.FactIs("domain.power", "running") is not null
            ? Finding.Certain(state, Signs.Failed(file, [.. Failures])) : base.Judge(file);

    public override IReadOnlyList<string> YieldsTo =>
    [
        "kvm-agent-channel-missing", "agent-not-running", "agent-not-installed", "agent-crash-loop", "kvm-agent-crashed", "res-high-memory",
        "vmstate-misreported", "kvm-agent-busy-or-hung",
    ];
}
