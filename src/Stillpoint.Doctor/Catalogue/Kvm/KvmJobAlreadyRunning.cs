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

    public override Finding? Judge(CaseFile file) => base.Judge(file)?.With("job", file.Value("domain.job"));

    [GeneratedRegex(
        @"cannot acquire state change lock \(held by (monitor|agent)=(?<job>remoteDispatchDomain(BackupBegin|Save\w*|" +
        @"ManagedSave|Migrate\w*|Snapshot\w*|CoreDump\w*|Block\w+))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HeldLine();
}
