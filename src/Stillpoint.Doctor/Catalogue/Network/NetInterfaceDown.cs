using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest has no network at all: its interface is down or has lost its address.</summary>
internal sealed partial class NetInterfaceDown() : Cause("net-interface-down", Link.HostChannel)
{
    private static readonly LinePattern Unreachable = new(["Errno 101", "Network is unreachable"], UnreachableLine(), LogKind.Agent);
    private static readonly LinePattern Lost =
        new(["Request to release", "managed network interfaces", "state change"], LostLine(), LogKind.System);
    private static readonly LinePattern Recovered = new(
        ["recovered from previous errors", "ExtensionsInGoalState completed", "ProcessGoalState completed"],
        null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("bring-interface-up", Applies.Linux), new("restart-agent", Applies.Waagent)]);

    public override IReadOnlyList<LinePattern> Patterns => [Unreachable, Lost, Recovered];

    public override Finding? Judge(CaseFile file)
    {
        var (unreachable, lost) = (file.Hits(Unreachable), file.Hits(Lost));
        var links = file.Facts("guest.link").ToArray();
        if (links.Length > 0 && links.All(l => l.Fact.Value == "down"))
            return Finding.Certain(links[0].Fact, unreachable, lost).With("interface", links[0].Subject);
        // One is a moment's loss.
        if (unreachable.CountAfter(file.Hits(Recovered)) < 2) return null;
        return (lost.Any ? Finding.Certain(unreachable, lost) : Finding.Likely(unreachable)).With("interface", lost.Value("interface"));
    }

    [GeneratedRegex(@"168\.63\.129\.16.*(Errno 101|Network is unreachable)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnreachableLine();

    [GeneratedRegex(
        "wickedd-dhcp4.*Request to release|Stopping .*managed network interfaces|NetworkManager.*" +
        @"device \((?<interface>\w+)\): state change: \S+ -> (disconnected|unavailable|unmanaged)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LostLine();
}
