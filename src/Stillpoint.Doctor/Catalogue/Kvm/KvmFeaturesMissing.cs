using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>libvirt or QEMU is too old for backups of running VMs.</summary>
internal sealed partial class KvmFeaturesMissing() : StatedCause("kvm-features-missing", Link.Snapshot)
{
    private static readonly LinePattern Said = new(["required backup features", "virDomainBackupBegin"], SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("update-libvirt", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    [GeneratedRegex(
        "does not support required backup features|not supported by the connection driver: virDomainBackupBegin",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
