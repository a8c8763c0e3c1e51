using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM no longer exists on the host.</summary>
internal sealed partial class VmDeleted() : StatedCause("vm-deleted", Link.VmState)
{
    private static readonly LinePattern Unknown = new(["Domain not found", "BCMV2VMNotFound", "320001"], UnknownLine(), LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("stop-protection"), new("restore-vm")]);

    protected override IReadOnlyList<LinePattern> Says => [Unknown];

    protected override IReadOnlyList<string> Failures => ["vm-not-found"];

    public override Finding? Judge(CaseFile file) =>
        file.FactIs("domain.exists", "false") is { } gone
            ? Finding.Certain(gone, Signs.Failed(file, "vm-not-found")).With("vm", file.Value("failure.argument:vm"))
            : base.Judge(file);

    [GeneratedRegex(
        "Domain not found: no domain with matching (uuid|name)|400094 BCMV2VMNotFound|320001 ResourceNotFound",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnknownLine();
}
