using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent died in the middle of a command.</summary>
internal sealed partial class KvmAgentCrashed() : StatedCause("kvm-agent-crashed", Link.Agent)
{
    private static readonly LinePattern Gone = new("disappeared while executing command", null, LogKind.Host);
    private static readonly LinePattern Dumped = new(["qemu-ga[", "qemu-guest-agent.service"], DumpedLine(), LogKind.System);
    private static readonly LinePattern Faulting = new("qemu-ga.exe", FaultingLine(), LogKind.Windows);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [
            new("update-guest-agent-debian", Applies.Debian), new("update-guest-agent-rhel", Applies.Rhel),
            new("update-guest-agent-windows", Applies.Windows),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Gone, Dumped, Faulting];

    public override IReadOnlyList<string> YieldsTo => ["res-high-memory"];

    public override IReadOnlyList<string> Explains => ["kvm-agent-not-connected"];

    [GeneratedRegex(
        @"qemu-ga\[\d+\]: segfault|qemu-guest-agent\.service: Main process exited, code=(dumped|killed), status=(11|6)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DumpedLine();

    [GeneratedRegex(@"Faulting application name: qemu-ga\.exe", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FaultingLine();
}
