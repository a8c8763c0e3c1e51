namespace Stillpoint.Doctor.Causes;

/// <summary>A disk of a kind that cannot be backed up this way.</summary>
internal sealed class StoreUnsupportedDisk() : StatedCause("store-unsupported-disk", Link.Snapshot)
{
    public override CauseCard Card { get; } = new(
        Worth.Partial,
        [new("exclude-disk"), new("back-up-inside-guest")]);

    protected override IReadOnlyList<string> Failures => ["disk-unsupported"];

    protected override LinePattern? Azure { get; } = new(["UserErrorUnsupportedDiskSize"]);

    public override Finding? Judge(CaseFile file) =>
        file.Facts("host.disk.unsupported").FirstOrDefault() is { Fact: { } kind } found
            ? Finding.Certain(kind).With("device", found.Subject).AsLasting() :
        file.Fact("warning:disk-unsupported") is { } warning
            ? Finding.Certain(warning)
            : base.Judge(file)?.With("device", file.Value("failure.argument:disk"));
}
