using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>Another job holds the VM: a backup, a save, a migration.</summary>
internal sealed partial class KvmJobAlreadyRunning() : StatedCause("kvm-job-already-running", Link.Schedule)
{
    private static readonly LinePattern Held = new("cannot acquire state change lock", HeldLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("wait-for-owner"), new("abort-dead-job", Applies.Host)], Repair: "end-stale-jobs");

    protected override IReadOnlyList<LinePattern> Says => [Held];

    protected override IReadOnlyList<string> Failures => ["vm-busy-with-other-job"];

    public override IReadOnlyList<string> YieldsTo => ["other-product-conflict", "sched-overlap"];

    /// <summary>Only a job of ours whose process is gone is ours to end.</summary>
    public override Finding? Judge(CaseFile file)
    {
        var owner = file.FactIs("domain.job-owner", "stale", "other");
        var finding = owner is null ? base.Judge(file) : Finding.Certain(owner, file.Fact("domain.job"), Signs.Failed(file, [.. Failures]));
        return (owner?.Value == "stale" ? finding : finding?.WithoutRepair())?.With("job", file.Value("domain.job"));
    }

    [GeneratedRegex(
        @"cannot acquire state change lock \(held by (monitor|agent)=(?<job>remoteDispatchDomain(BackupBegin|Save\w*|" +
        @"ManagedSave|Migrate\w*|Snapshot\w*|CoreDump\w*|Block\w+))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HeldLine();
}
