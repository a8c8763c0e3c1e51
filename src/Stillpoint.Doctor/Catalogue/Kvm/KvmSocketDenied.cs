using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>QEMU may not make its socket in that folder: AppArmor's profile, or plain permissions.</summary>
internal sealed partial class KvmSocketDenied() : StatedCause("kvm-socket-denied", Link.Snapshot)
{
    private static readonly LinePattern Denied = new("Failed to bind socket", DeniedLine(), LogKind.Host);
    private static readonly LinePattern AppArmor = new("apparmor=", AppArmorLine(), LogKind.Host | LogKind.Audit | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("apparmor-rule", Applies.AppArmor), new("permitted-folder", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Denied, AppArmor];

    [GeneratedRegex(@"Failed to bind socket to (?<path>\S+): Permission denied", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeniedLine();

    [GeneratedRegex(
        @"apparmor=""DENIED"".*profile=""libvirt-[^""]*"" name=""(?<path>[^""]+)""",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AppArmorLine();
}
