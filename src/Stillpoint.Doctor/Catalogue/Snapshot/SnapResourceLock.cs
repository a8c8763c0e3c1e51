using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Old restore points cannot be deleted because a lock forbids it, and the limit is reached.</summary>
internal sealed partial class SnapResourceLock() : StatedCause("snap-resource-lock", Link.Snapshot)
{
    private static readonly LinePattern Locked = new(["ScopeLocked", "scope(s) are locked"], null, LogKind.Any);
    private static readonly LinePattern Immutable = new("Operation not permitted", ImmutableLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("remove-lock", Applies.Azure), new("clean-restore-points", Applies.Azure), new("check-immutability", Applies.Stillpoint),
        ]);

    protected override IReadOnlyList<LinePattern> Says => [Locked, Immutable];

    protected override LinePattern? Azure { get; } = new(["UserErrorRpCollectionLimitReached"]);

    [GeneratedRegex(
        @"(delete|unlink|remove)\S* (?<path>/\S+): Operation not permitted",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ImmutableLine();
}
