using Stillpoint.EndToEnd.Tests.SafetyPage;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>Every case of the chain, in words, and its table in docs/safety.md.</summary>
internal static class ChainCases
{
    private const string Guest = "guest", Bare = "bare";

    private static readonly (string Case, string Vm, string Happened)[] All =
    [
        ("NothingAsync", Guest, "nothing"),
        ("ShutDownAndStartedAsync", Guest, "shut down and started"),
        ("QemuKilledAsync", Guest, "QEMU killed"),
        ("HostRebootedAsync", Guest, "host lost its power: QEMU and libvirtd killed, /run emptied"),
        ("CheckpointMetadataGoneAsync", Guest, "libvirt's metadata of our checkpoint gone"),
        ("BitmapGoneAsync", Guest, "bitmap of our checkpoint gone"),
        ("BitmapOfOurName", Bare, "a bitmap of the name of the checkpoint to be made is already there"),
        ("ForeignCheckpointAsync", Guest, "another tool's checkpoint beside ours"),
        ("OthersJob", Bare, "another backup job was running, and this one refused"),
        ("DiskAddedAndRemoved", Guest, "a disk added, then removed"),
        ("GrownAsync", Guest, "disk grown"),
        ("Replaced", Bare, "another image put in the disk's place"),
        ("RolledBack", Bare, "an older copy of the image put back"),
        ("ExternalSnapshotCommittedBackAsync", Guest, "external snapshot, committed back"),
        ("SnapshotBefore", Bare, "internal snapshot; reverted after the backup, as if there were none"),
        ("SnapshotAfter", Bare, "internal snapshot made when our checkpoint was there; reverted after the backup"),
        ("PausedAsync", Guest, "paused"),
        ("PoweredOff", Bare, "powered off; read from its images"),
        ("OnAgain", Bare, "powered off, backed up, started again"),
        ("StartedMeanwhile", Bare, "powered off, and started in the middle of the backup"),
        ("Lie", Bare, "disk changed behind the bitmap's back; the sampled re-read finds it"),
        ("Version2", Bare, "qcow2 of version 2, which holds no bitmaps"),
        ("Luks", Bare, "qcow2 encrypted with LUKS"),
        ("LoopRaw", Bare, "raw block device (loop)"),
        ("LoopQcow2", Bare, "qcow2 in a block device (loop)"),
        ("LvmRaw", Bare, "raw logical volume (LVM)"),
    ];

    public static SafetyTable Table { get; } = new(
        "chain", "Between two backups",
        "What happened after a first backup, and how the next one read the disk (vda). It takes its point by itself; the point is restored and compared byte for byte with what libvirt's " +
        "own export held (of a VM that is off: with its image). *guest*: booted, 2 GiB disk, the first backup reads about 1 GiB. *bare*: a VM without a system, 64 MiB disk with 8 MiB of data, " +
        "written through QEMU.",
        ["what happened", "VM", "read", "bytes read", "of them new", "point"],
        [.. All.Select(c => new SafetyTable.Row(c.Case, [c.Happened, c.Vm]))]);

    public static Task RunAsync(string @case, Func<Task<string[]>> run)
    {
        if (Table.Rows.All(r => r.Case != @case)) throw new ArgumentException(@case);
        return SafetyFacts.CaseAsync(Table.Key, @case, run);
    }
}
