using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>libvirt lists a checkpoint whose bitmaps the images no longer have, or whose name is taken.</summary>
internal sealed partial class KvmCheckpointStale() : StatedCause("kvm-checkpoint-stale", Link.Snapshot)
{
    private static readonly LinePattern Said = new(["not found in backing chain", "domain moment"], SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("remove-checkpoint-metadata", Applies.Host), new("full-backup")]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    [GeneratedRegex(
        @"bitmap '(?<name>[^']+)' not found in backing chain|domain moment (?<name>\S+) already exists",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
