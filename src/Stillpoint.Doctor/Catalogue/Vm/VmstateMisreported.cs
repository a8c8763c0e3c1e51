using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM is not in the state that was recorded for it: shut down from inside, or started by another hand.</summary>
internal sealed partial class VmstateMisreported() : Cause("vmstate-misreported", Link.VmState)
{
    private static readonly LinePattern Down = new(["System is powering down", "System Power Off"], DownLine(), LogKind.System);
    private static readonly LinePattern Up = new(["Linux version", "Startup finished", "Reached target"], UpLine(), LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("shut-down-from-platform"), new("refresh-state", Applies.Stillpoint)], Seed: "T2", SeenOnly: SeenOnly.Job);

    public override IReadOnlyList<LinePattern> Patterns => [Down, Up];

    public override IReadOnlyList<string> Explains => ["agent-not-running", "kvm-agent-not-connected", "snap-status-unavailable"];

    public override Finding? Judge(CaseFile file)
    {
        if (file.Fact("vm.recorded-state") is not { } recorded) return null;
        var said = recorded.Value == "running";
        if (file.Fact("domain.power") is { } real)
        {
            // In between there are pauses and crashes; those have entries of their own.
            return said && real.Value is "shut-off" or "off" || !said && real.Value == "running"
                ? Finding.Certain(recorded, real).With("state", real.Value)
                : null;
        }
        var down = file.Hits(Down);
        return said && down.CountAfter(file.Hits(Up)) > 0 ? Finding.Likely(recorded, down) : null;
    }

    [GeneratedRegex("System is powering down|Reached target .*System Power Off", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DownLine();

    [GeneratedRegex(
        "kernel: .*Linux version|Reached target (Multi-User|Graphical)|Startup finished in",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UpLine();
}
