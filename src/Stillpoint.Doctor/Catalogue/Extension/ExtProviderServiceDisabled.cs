using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: the provider service of the backup extension is disabled, or only starts by hand.</summary>
internal sealed partial class ExtProviderServiceDisabled() : Cause("ext-provider-service-disabled", Link.Extension)
{
    private static readonly LinePattern Service = new("SERVICE_NAME", null, LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Start = new("START_TYPE", StartLine(), LogKind.Command | LogKind.Windows);
    private static readonly LinePattern Refused = new("IaasVmProvider", RefusedLine(), LogKind.Windows | LogKind.Command);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("set-service-automatic", Applies.Windows), new("start-service", Applies.Windows)], Seed: "C3", NeverVerifiedOnWindows: true);

    public override IReadOnlyList<LinePattern> Patterns => [Service, Start, Refused];

    private const string Name = "IaasVmProvider";

    public override Finding? Judge(CaseFile file)
    {
        if (file.FactIs($"guest.service-enabled:{Name}", "disabled", "manual", "demand") is { } start)
            return Finding.Certain(start, file.Fact($"guest.service:{Name}")).With("service", Name).AsLasting();
        foreach (var (head, line) in Signs.Below(file.Hits(Service), file.Hits(Start), within: 5))
        {
            if (head.Text.Contains(Name, StringComparison.OrdinalIgnoreCase))
                return Finding.Certain(head, line).With("service", Name).AsLasting();
        }
        if (file.FactIs($"guest.service:{Name}", "stopped", "inactive", "failed") is { } stopped)
            return Finding.Certain(stopped).With("service", Name);
        return file.Hits(Refused) is { Any: true } refused ? Finding.Certain(refused).With("service", Name) : null;
    }

    [GeneratedRegex("START_TYPE +: +(3 +DEMAND_START|4 +DISABLED)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StartLine();

    [GeneratedRegex(
        "IaasVmProvider service (failed to start|terminated|could not be started)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
