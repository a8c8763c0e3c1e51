using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>SELinux keeps the guest agent from opening a mount it is to freeze.</summary>
internal sealed partial class FsFreezeSelinux() : StatedCause("fs-freeze-selinux", Link.Freeze)
{
    private static readonly LinePattern Denied = new("virt_qemu_ga_t", DeniedLine(), LogKind.Audit | LogKind.System);
    private static readonly LinePattern Refused = new("failed to open", RefusedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("set-selinux-boolean", Applies.SeLinux)]);

    protected override IReadOnlyList<LinePattern> Says => [Denied, Refused];

    [GeneratedRegex("avc: +denied .*virt_qemu_ga_t(?!.*permissive=1)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeniedLine();

    [GeneratedRegex(@"failed to open (?<mount>/\S*): Permission denied", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
