using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: the agent's services are stopped, or something in the guest keeps them from starting.</summary>
internal sealed partial class AgentWindowsUnresponsive() : Cause("agent-windows-unresponsive", Link.Agent)
{
    private static readonly LinePattern Service = new("SERVICE_NAME", ServiceLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern AnyService = new("SERVICE_NAME", null, LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Stopped = new("STOPPED", StoppedLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Late = new("exceeded the allotted timeout", null, LogKind.Windows);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("restart-agent-services", Applies.Windows), new("install-dotnet", Applies.Windows),
            new("exclude-from-antivirus", Applies.Windows),
        ], NeverVerifiedOnWindows: true);

    public override IReadOnlyList<LinePattern> Patterns => [Service, AnyService, Stopped, Late];

    public override IReadOnlyList<string> Explains => ["snap-status-unavailable"];

    public override Finding? Judge(CaseFile file)
    {
        foreach (var name in (string[])["WindowsAzureGuestAgent", "RdAgent"])
        {
            if (file.FactIs($"guest.service:{name}", "stopped", "inactive") is { } state)
                return Finding.Certain(state).With("service", name);
        }
        // The nearest name above a state is the service it belongs to.
        foreach (var (head, line) in Signs.Below(file.Hits(AnyService), file.Hits(Stopped), within: 5))
        {
            if (Service.Matches(head.Kind, head.Text))
                return Finding.Certain(head, line).With("service", file.Hits(Service).ValueOf(head, "service"));
        }
        return file.Hits(Late) is { Any: true } late ? Finding.Likely(late) : null;
    }

    [GeneratedRegex(@"SERVICE_NAME: *(?<service>RdAgent|WindowsAzureGuestAgent)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ServiceLine();

    [GeneratedRegex("STATE +: +1 +STOPPED", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StoppedLine();
}
