using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>
/// The agent believes the guest frozen although it is not: a disk restored or copied from a frozen guest. It refuses nearly every command.
/// </summary>
internal sealed partial class KvmAgentFrozenState() : StatedCause("kvm-agent-frozen-state", Link.Agent)
{
    private static readonly LinePattern Said = new("the agent is in frozen state", SaidLine(), LogKind.Host | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("thaw-from-host", Applies.Qga)], Repair: "thaw");

    protected override IReadOnlyList<LinePattern> Says => [Said];

    public override Finding? Judge(CaseFile file) =>
        file.FactIs("guest.fsfreeze", "frozen") is { } state && file.FactIs("guest.writes-while-frozen", "true") is { } writes
            ? Finding.Certain(state, writes)
            : base.Judge(file);

    [GeneratedRegex(
        @"(?<command>guest-[\w-]+) has been disabled(?: for this instance)?: the agent is in frozen state",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
