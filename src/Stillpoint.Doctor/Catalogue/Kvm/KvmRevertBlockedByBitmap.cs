namespace Stillpoint.Doctor.Causes;

/// <summary>A revert to an internal snapshot met the bitmaps of a backup, and left the VM off.</summary>
internal sealed class KvmRevertBlockedByBitmap() : StatedCause("kvm-revert-blocked-by-bitmap", Link.VmState)
{
    private static readonly LinePattern Said = new("active dirty bitmaps", null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("remove-bitmaps-then-revert", Applies.Host), new("no-tracking", Applies.Stillpoint)]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    public override IReadOnlyList<string> Explains => ["vmstate-not-allowed", "vmstate-misreported"];
}
