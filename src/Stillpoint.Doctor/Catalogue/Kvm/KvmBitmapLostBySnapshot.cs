namespace Stillpoint.Doctor.Causes;

/// <summary>An external snapshot was made since the last backup: the new top image has no bitmap.</summary>
internal sealed class KvmBitmapLostBySnapshot() : Cause("kvm-bitmap-lost-by-snapshot", Link.Snapshot)
{
    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("full-backup"), new("commit-external-snapshot", Applies.Host)], Repair: "remove-bitmaps", SeenOnly: SeenOnly.Live);

    public override Finding? Judge(CaseFile file)
    {
        foreach (var (disk, overlay) in file.Facts("host.overlay-since-point"))
        {
            var bitmap = file.Facts("host.bitmap")
                .FirstOrDefault(b => b.Subject.StartsWith(disk + "/", StringComparison.Ordinal) && b.Fact.Value == "missing");
            if (bitmap.Fact is not null) return Finding.Certain(overlay, bitmap.Fact).With("device", disk);
        }
        return null;
    }
}
