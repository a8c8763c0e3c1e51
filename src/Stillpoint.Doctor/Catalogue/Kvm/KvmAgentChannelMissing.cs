using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM has no channel that the guest agent could speak over.</summary>
internal sealed partial class KvmAgentChannelMissing() : StatedCause("kvm-agent-channel-missing", Link.Agent)
{
    private static readonly LinePattern Waits = new("org.qemu.guest_agent.0", WaitsLine(), LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("add-channel", Applies.Qga), new("full-stop-and-start", Applies.Qga)], Repair: "hotplug-channel");

    protected override IReadOnlyList<LinePattern> Says => [Waits];

    protected override IReadOnlyList<string> Failures => ["agent-not-configured"];

    public override IReadOnlyList<string> Explains => ["kvm-agent-not-connected", "agent-not-running"];

    public override Finding? Judge(CaseFile file) => file.FactIs("agent.channel", "missing") is { } missing
        ? Finding.Certain(missing)
        : base.Judge(file);

    [GeneratedRegex(
        @"Timed out waiting for device (?<path>/dev/virtio-ports/org\.qemu\.guest_agent\.0)|" +
        @"virtio\S{1,6}ports-org\.qemu\.guest_agent\.0\.device: Job .* timed out",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WaitsLine();
}
