using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Xunit;

namespace Stillpoint.Engine.Tests.Reconcile;

public sealed class ReconcilerTests : IDisposable
{
    private static readonly Guid Vault = new("abcdef01-0000-4000-8000-000000000000");
    private readonly ManualClock _clock = new();
    private readonly FakeHost _host = new();
    private readonly string _data = Directory.CreateTempSubdirectory("stillpoint-reconcile-").FullName;

    public ReconcilerTests() => _host.Domain.Config = new("<domain/>", [Disk("vda", "qcow2"), Disk("vdb", "raw")], null, null, null, false, true);

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Plan_NoPoints_ReadsEverythingInFullAndTracksQcow2Only()
    {
        var plan = await PlanAsync([]);
        Assert.Equal([(null, true), ((string?)null, false)], plan.Disks.Select(d => (d.BaseCheckpoint, d.InCheckpoint)));
        Assert.True(plan.MakesCheckpoint);
    }

    [Fact]
    public async Task Plan_GoodCheckpointOfAWholePoint_IsTheBase()
    {
        var point = Point("vda");
        Checkpoint(NameOf(point), usable: true);
        var plan = await PlanAsync([point]);
        Assert.Equal(NameOf(point), plan.Disks[0].BaseCheckpoint);
        Assert.Equal(point.FindTree("vda"), plan.Disks[0].BaseTree);
        Assert.Null(plan.Disks[1].BaseCheckpoint);
        Assert.Equal(point.FindTree("vdb"), plan.Disks[1].BaseTree);
        Assert.Equal(point, plan.Pin);
    }

    [Fact]
    public async Task Plan_CheckpointWhosePointIsNotInTheVault_IsNoBase()
    {
        var older = Point("vda");
        Checkpoint(NameOf(older), usable: true);
        Checkpoint(NameOf(Point("vda")), usable: true);
        Assert.Equal(NameOf(older), (await PlanAsync([older])).Disks[0].BaseCheckpoint);
    }

    [Fact]
    public async Task Plan_BitmapMissing_ReadsInFullAgainstTheNewestTree()
    {
        var point = Point("vda");
        Checkpoint(NameOf(point), usable: false);
        var plan = await PlanAsync([point]);
        Assert.Null(plan.Disks[0].BaseCheckpoint);
        Assert.Equal(point.FindTree("vda"), plan.Disks[0].BaseTree);
    }

    [Fact]
    public async Task Plan_CheckpointOfAnotherVault_IsNeitherBaseNorOursToDelete()
    {
        var point = Point("vda");
        var other = NameOf(point).Replace("abcdef01", "12345678", StringComparison.Ordinal);
        Checkpoint(other, usable: true);
        var plan = await PlanAsync([point]);
        Assert.Null(plan.Disks[0].BaseCheckpoint);
        Assert.Empty(plan.OurCheckpoints);
        Assert.False(plan.Foreign);
    }

    [Fact]
    public async Task Plan_ForeignCheckpoint_IsSeenAndLeftAlone()
    {
        Checkpoint("virtnbdbackup.0", usable: true);
        var plan = await PlanAsync([]);
        Assert.True(plan.Foreign);
        Assert.Empty(plan.OurCheckpoints);
    }

    [Fact]
    public async Task Plan_LastFullReadTooOld_ReadsInFull()
    {
        var point = Point("vda");
        Checkpoint(NameOf(point), usable: true);
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Null((await PlanAsync([point])).Disks[0].BaseCheckpoint);
    }

    [Fact]
    public async Task Plan_InternalSnapshots_TrackingAutoMakesNoCheckpoint()
    {
        _host.Domain.InternalSnapshots = true;
        Assert.False((await PlanAsync([])).MakesCheckpoint);
    }

    [Fact]
    public async Task Plan_InternalSnapshotMadeAfterOurCheckpoint_ReadsByItAndKeepsNone()
    {
        var point = Point("vda");
        Checkpoint(NameOf(point), usable: true);
        _host.Domain.InternalSnapshots = true;
        var plan = await PlanAsync([point]);
        Assert.Equal((NameOf(point), true, false), (plan.Disks[0].BaseCheckpoint, plan.KeepsNone, plan.MakesCheckpoint));
        Assert.Equal([NameOf(point)], plan.OurCheckpoints);
    }

    [Fact]
    public async Task Plan_OnlyDisksThatCannotBeTracked_LeavesTheOthersCheckpointAlone()
    {
        var point = Point("vda");
        Checkpoint(NameOf(point), usable: true);
        var plan = await PlanAsync([point], "vda");
        Assert.Equal((false, false), (plan.KeepsNone, plan.MakesCheckpoint));
    }

    [Fact]
    public async Task Plan_ExcludedAndUnsupported_AreLeftOutWithTheirReasons()
    {
        _host.Domain.Config = _host.Domain.Config with
        {
            Disks = [Disk("vda", "qcow2"), Disk("vdb", "raw"), Disk("sda", "raw") with { Device = "cdrom", Unsupported = Failure.Of(FailureCode.DiskUnsupported, Stage.Reconcile) }],
        };
        var plan = await PlanAsync([], "vdb");
        Assert.Equal([("sda", FailureCode.DiskUnsupported), ("vdb", FailureCode.DiskExcluded)], plan.LeftOut.Select(l => (l.Name, l.Reason.Code)).Order());
        Assert.Equal(["vda"], plan.Disks.Select(d => d.Name));
    }

    [Fact]
    public async Task Plan_ExcludedDiskThatIsNotThere_IsAUsageError()
    {
        var e = await Assert.ThrowsAsync<FailureException>(() => PlanAsync([], "vdx"));
        Assert.Equal(FailureCode.UsageInvalid, e.Failure.Code);
        Assert.Equal("vda, vdb", e.Failure.Arguments["expected"]);
    }

    private static DomainDisk Disk(string name, string format) => new(name, "disk", DiskSourceKind.File, format, $"/d/{name}", false, false, null);

    private static string NameOf(PointInfo point) => $"stillpoint-abcdef01-{point.Id}";

    private PointInfo Point(params string[] tracked)
    {
        var id = PointId.New(_clock);
        var metadata = new PointMetadata
        {
            VmId = _host.Domain.Id.ToString(),
            VmName = "web1",
            HostName = "h",
            Taken = _clock.GetUtcNow(),
            Consistency = "crash",
            Disks = [],
            DomainXml = "<domain/>",
            TrackedDisks = tracked,
            LastFullRead = new Dictionary<string, DateTimeOffset> { ["vda"] = _clock.GetUtcNow(), ["vdb"] = _clock.GetUtcNow() },
        };
        TreeInfo Tree(string name) => new(name, 1 << 20, new BlockId(1, 2, 3, (ulong)id.GetHashCode()));
        return new(id, new(_host.Domain.Id.Value), "web1", _clock.GetUtcNow(), 1, [Tree("vda"), Tree("vdb")], metadata.ToBytes(), 0);
    }

    private void Checkpoint(string name, bool usable) =>
        _host.Domain.Checkpoints.Add(new(name, null, _clock.GetUtcNow(), new Dictionary<string, bool> { ["vda"] = usable }));

    private Task<CapturePlan> PlanAsync(PointInfo[] points, params string[] excluded) =>
        new Reconciler(new EmptyVault(Vault, points), new(new(_data, _data)), _clock).PlanAsync(
            _host.Domain, new(JobId.New(_clock), "web1", CapturePolicy.Default, new HashSet<string>(excluded)), CancellationToken.None);
}
