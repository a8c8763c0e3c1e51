using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest's own disks are so slow that its tasks wait for minutes.</summary>
internal sealed partial class ResIoStall() : Cause("res-io-stall", Link.Load)
{
    private static readonly LinePattern Blocked = new("blocked for more than", BlockedLine(), LogKind.System);
    private static readonly LinePattern Share = new("not responding", ShareLine(), LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("raise-iops"), new("run-off-peak"), new("limit-transfer-rate", Applies.Stillpoint)]);

    public override IReadOnlyList<string> YieldsTo =>
        ["fs-freeze-hang", "fs-freeze-loop-deadlock", "fs-df-hang", "store-target-hung", "fs-frozen-left-behind"];

    public override IReadOnlyList<string> Explains => ["fs-freeze-timeout", "kvm-agent-busy-or-hung"];

    /// <summary>Per cent of time in which something waited for a disk (PSI, ten seconds).</summary>
    private const double Waiting = 70;

    public override Finding? Judge(CaseFile file)
    {
        var blocked = file.Hits(Blocked);
        // One task may wait for anything; several, or one again and again, wait for the disk. A dead share is not the guest's disk.
        if (blocked.Count >= 2 && !file.Hits(Share).Any) return Finding.Likely(blocked).With("seconds", blocked.Value("seconds"));
        return file.FactAtLeast("guest.psi-io", Waiting) is { } measured && Signs.RanOutOfTime(file) is { } late
            ? Finding.Certain(measured, late)
            : null;
    }

    public override IReadOnlyList<LinePattern> Patterns => [Blocked, Share, Signs.Complaint];

    [GeneratedRegex(
        @"task (?!df:|qemu-ga|safefreeze|fsfreeze|loop|kvm:|qemu-system)\S+:\d+ blocked for more than (?<seconds>\d+) seconds",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BlockedLine();

    [GeneratedRegex(@"nfs: server \S+ not responding|CIFS: .*not responding", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ShareLine();
}
