using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The hypervisor's own lock on the VM is still set, though nothing runs that needs it.</summary>
internal sealed partial class VmstateLocked() : StatedCause("vmstate-locked", Link.VmState)
{
    private static readonly LinePattern Locked = new("VM is locked", LockedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("check-owner-then-unlock", Applies.Proxmox), new("wait-for-owner")]);

    protected override IReadOnlyList<LinePattern> Says => [Locked];

    public override IReadOnlyList<string> YieldsTo => ["kvm-job-already-running"];

    [GeneratedRegex(@"VM is locked \((?<lock>[\w-]+)\)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LockedLine();
}
