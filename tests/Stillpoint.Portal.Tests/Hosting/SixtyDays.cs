using Stillpoint.Control;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Portal.Tests.Hosting;

/// <summary>
/// What sixty nights left: a backup job a night of each of the 500 VMs in the catalog (30,000), and in a real vault sixty points of the first VM and
/// one of each of the next 99.
/// </summary>
internal static class SixtyDays
{
    public const int Days = 60, VmsWithPoints = 100;

    public static int Jobs => Days * ManyVms.All.Count;

    public static int Points => Days + VmsWithPoints - 1;

    /// <summary>Of the last night: what failed, and what was worth less.</summary>
    public static bool Fails(int vm) => vm % 50 == 1;

    public static bool StepsDown(int vm) => vm % 50 == 2;

    /// <summary>Under "nightly" most, under "tight" more than fit into its window, under none the rest.</summary>
    public const int Nightly = 400, Tight = 40, Protected = Nightly + Tight;

    public static readonly Failure Frozen = Failure.Of(FailureCode.FsFreezeLockHeld, Stage.Freeze)
        .With(new("qemu-ga", "guest-fsfreeze-status = frozen", null));

    public static void FillCatalog(DataFolder data, string vault, DateTimeOffset now)
    {
        using var database = CatalogDatabase.Open(data, TimeProvider.System);
        var jobs = new JobTable(database);
        Protect(database);
        database.InTransaction(() =>
        {
            for (var day = Days; day > 0; day--)
                for (var vm = 0; vm < ManyVms.All.Count; vm++) Add(jobs, vault, vm, now.AddDays(-day).AddHours(1).AddSeconds(vm), last: day == 1);
        });
    }

    public static async Task FillVaultAsync(string folder, DateTimeOffset now)
    {
        await using var vault = await OpenVault.OpenAsync(
            new FolderStore(folder), VaultSecret.FromPassphrase("open sesame"), TimeProvider.System, CancellationToken.None);
        for (var vm = VmsWithPoints - 1; vm > 0; vm--) await AddPointAsync(vault, vm, now.AddDays(-61).AddMinutes(-vm), vm);
        for (var day = Days; day > 0; day--) await AddPointAsync(vault, 0, now.AddDays(-day).AddHours(1), day);
    }

    private static void Protect(CatalogDatabase database)
    {
        var policies = new PolicyTable(database, TimeProvider.System);
        policies.Add(new("nightly") { Schedules = [ScheduleText.Parse("daily 20:00-06:00 Europe/Amsterdam", "UTC")], Retention = new(Daily: 14, Weekly: 8, Monthly: 12, Yearly: 3) });
        policies.Add(new("tight") { Schedules = [ScheduleText.Parse("daily 03:00-03:10 Europe/Amsterdam", "UTC")], Retention = new(Last: 7) });
        policies.Add(new("on-demand"));
        new SettingTable(database).Scheduler = new() { PerHost = 12, PerStorage = 12, PerVault = 12 };
        var protection = new ProtectionTable(database, TimeProvider.System);
        database.InTransaction(() =>
        {
            foreach (var (number, vm) in ManyVms.All.Index().Take(Protected))
                protection.Protect(vm.Id, vm.Name, HostUri.Default.Text, "/var/lib/libvirt/images", number < Nightly ? "nightly" : "tight", null);
        });
    }

    private static void Add(JobTable jobs, string vault, int vm, DateTimeOffset at, bool last)
    {
        var known = ManyVms.All[vm];
        var id = new JobId(Ulid.At(at));
        jobs.Add(new(id, JobKind.Backup, JobState.Running, known.Id, known.Name, "qemu:///system", vault, null, at, null, 0, 0, null, "vm-" + known.Id, 1));
        jobs.SubTaskStarted(id, SubTask.TakeSnapshot, at);
        var failure = last && Fails(vm) ? Frozen : null;
        jobs.SubTaskFinished(id, SubTask.TakeSnapshot, at.AddSeconds(4), failure);
        if (last && StepsDown(vm)) jobs.AddWarning(id, Failure.Of(FailureCode.AgentNotConnected, Stage.Freeze));
        var state = failure is not null ? JobState.Failed : last && StepsDown(vm) ? JobState.CompletedWithWarnings : JobState.Completed;
        jobs.End(id, state, at.AddSeconds(90 + vm % 60), null, (400L + vm) << 20, (90L + vm % 200) << 20, failure);
    }

    /// <param name="seed">Each point has bytes of its own, and not as many as its neighbours.</param>
    private static async Task AddPointAsync(OpenVault vault, int number, DateTimeOffset taken, int seed)
    {
        var vm = ManyVms.All[number];
        await using var writer = await vault.BeginPointAsync(new PointId(Ulid.At(taken)), new(vm.Id.Value), vm.Name, null, CancellationToken.None);
        var disk = new byte[200_000];
        new Random(number * 1000 + seed).NextBytes(disk.AsSpan(0, 20_000 + seed * 37_813 % 170_000));
        var tree = writer.BeginTree("vda", disk.Length, null);
        for (var block = 0; block < tree.BlockCount; block++)
        {
            var at = block * writer.BlockSize;
            tree.Put(block, disk.AsSpan(at, Math.Min(writer.BlockSize, disk.Length - at)));
        }
        var crash = seed % 20 == 7;
        var metadata = new PointMetadata
        {
            VmId = vm.Id.ToString(), VmName = vm.Name, HostName = "host", Taken = taken, Consistency = crash ? "crash" : "file-system",
            FrozenMilliseconds = crash ? null : 80 + seed * 37 % 300,
            Reason = crash ? new("agent-not-connected", "freeze", new Dictionary<string, string>()) : null,
            Disks = [new("vda", "qcow2", disk.Length, seed == Days ? "full" : "incremental", 500_000L + seed * 91_117L % 900_000, disk.Length, null)],
            LeftOut = [new("sda", "cdrom", new("disk-unsupported", "reconcile", new Dictionary<string, string> { ["disk"] = "sda", ["reason"] = "cdrom" }))],
            DomainXml = "<domain/>",
        };
        await writer.CommitAsync((int)(crash ? Consistency.Crash : Consistency.FileSystem), metadata.ToBytes(), CancellationToken.None);
    }
}
