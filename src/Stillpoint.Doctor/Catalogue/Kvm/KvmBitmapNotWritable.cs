namespace Stillpoint.Doctor.Causes;

/// <summary>QEMU cannot open the stored bitmaps for writing; old versions do this after a block job.</summary>
internal sealed class KvmBitmapNotWritable() : StatedCause("kvm-bitmap-not-writable", Link.Snapshot)
{
    private static readonly LinePattern Said = new("Failed to make dirty bitmaps writable", null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("update-qemu", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Said];
}
