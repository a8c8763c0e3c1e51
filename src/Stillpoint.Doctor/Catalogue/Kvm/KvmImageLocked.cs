using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Another process has the image open for writing.</summary>
internal sealed partial class KvmImageLocked() : StatedCause("kvm-image-locked", Link.Snapshot)
{
    private static readonly LinePattern Locked = new(["lock", "Is another process using the image"], LockedLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("close-other-user", Applies.Host), new("do-not-force", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Locked];

    [GeneratedRegex(
        @"Failed to get (shared )?""write"" lock|Is another process using the image( \[(?<path>[^\]]+)\])?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LockedLine();
}
