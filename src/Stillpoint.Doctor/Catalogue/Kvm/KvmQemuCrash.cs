using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>QEMU itself crashed during the backup, and the VM with it.</summary>
internal sealed partial class KvmQemuCrash() : Cause("kvm-qemu-crash", Link.VmState)
{
    private static readonly LinePattern Assertion = new("Assertion", AssertionLine(), LogKind.Host);
    private static readonly LinePattern Crashed = new(["reason=crashed", "Unable to read from monitor"], CrashedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("update-qemu", Applies.Host), new("keep-core-dump", Applies.Host), new("full-backup")]);

    public override IReadOnlyList<LinePattern> Patterns => [Assertion, Crashed];

    public override Finding? Judge(CaseFile file)
    {
        var (assertion, crashed) = (file.Hits(Assertion), file.Hits(Crashed));
        if (assertion.Any || crashed.Any) return Finding.Certain(assertion, crashed).With("vm", file.Value("failure.argument:vm"));
        return file.FactIs("domain.power", "crashed") is { } state && Signs.Failed(file, "vm-stopped-during-job") is { } failed
            ? Finding.Certain(state, failed)
            : null;
    }

    [GeneratedRegex(@"qemu\S*: .*Assertion .* failed", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AssertionLine();

    [GeneratedRegex(
        "shutting down, reason=crashed|Unable to read from monitor: Connection reset",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex CrashedLine();
}
