using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The VM's own disk cannot be read: the storage under it fails.</summary>
internal sealed partial class StoreSourceReadError() : StatedCause("store-source-read-error", Link.Transfer)
{
    private static readonly LinePattern Job = new("err -5", JobLine(), LogKind.Host);
    private static readonly LinePattern Kernel = new(["I/O error, dev", "timing out command"], KernelLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("keep-old-points"), new("check-source-disk", Applies.Host), new("restore-from-last-good")]);

    protected override IReadOnlyList<LinePattern> Says => [Job, Kernel];

    protected override IReadOnlyList<string> Failures => ["disk-read-failed"];

    public override IReadOnlyList<string> YieldsTo => ["store-source-full"];

    /// <summary>The host's kernel complains of many disks; it takes the job as well to say that it was this VM's.</summary>
    public override Finding? Judge(CaseFile file) =>
        file.Hits(Job).Any || Signs.Failed(file, "disk-read-failed") is not null
            ? base.Judge(file)?.With("device", file.Value("failure.argument:disk"))
            : null;

    [GeneratedRegex(@"job failed with err -5\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex JobLine();

    [GeneratedRegex(
        @"I/O error, dev (?!sr|fd|loop)(?<device>\w+)|timing out command, waited",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex KernelLine();
}
