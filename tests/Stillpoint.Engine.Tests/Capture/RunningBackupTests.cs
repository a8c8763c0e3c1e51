using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

public sealed class RunningBackupTests : IDisposable
{
    private readonly EnginePaths _paths;
    private readonly FakeHost _host = new();

    public RunningBackupTests()
    {
        var root = Directory.CreateTempSubdirectory("sp-running-").FullName;
        _paths = new(root, Path.Combine(root, "run"));
    }

    public void Dispose() => Directory.Delete(_paths.Data, recursive: true);

    [Fact]
    public async Task Release_LibvirtdRestartedAfterTheDeletion_EndsTheJobAndHidesTheCheckpointAllTheSame()
    {
        var another = new FakeHost();
        _host.Another = another;
        var job = JobId.New(TimeProvider.System);
        another.Domain.Checkpoints.Add(Seen("virtnbdbackup.0"));
        another.Domain.RunningBackupSocket = JobFolder.SocketIn(JobFolder.PathOf(_paths, job));
        var plan = new CapturePlan(_host.Domain.Config, "<domain/>", false, [], [], 0, null, MakesCheckpoint: true, KeepsNone: false, ["stillpoint-older"], Foreign: true);
        await using (var backup = await RunningBackup.PrepareAsync(
            new(job, "web1", CapturePolicy.Default, new HashSet<string>()), PointId.New(TimeProvider.System), plan, _host, _host.Domain, new(Guid.NewGuid()), _paths,
            new("sh", ["-c", "echo ready; exec cat > /dev/null"]), new RestartAt(CaptureStep.OlderCheckpointsDeleted, _host),
            f => Assert.Fail(f.ToString()), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            another.Domain.Checkpoints.Add(Seen(backup.Checkpoint!));
            await backup.ReleaseAsync();
            Assert.Equal(["abort", "hide " + backup.Checkpoint], another.Domain.Calls);
        }
        Assert.Equal(["delete stillpoint-older"], _host.Domain.Calls);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Undone_BesideOtherTools_HidesTheBaseThatWasBroughtBack()
    {
        var (vault, clock) = (new VaultId(Guid.NewGuid()), TimeProvider.System);
        var basis = CheckpointName.Of(vault, PointId.New(clock));
        var domain = _host.Domain;
        domain.Checkpoints.AddRange([Seen("virtnbdbackup.0"), Seen(basis)]);
        var plan = new CapturePlan(domain.Config, "<domain/>", false, [], [], 0, null, MakesCheckpoint: true, KeepsNone: false, [basis], Foreign: true);
        await using (var backup = await RunningBackup.PrepareAsync(
            new(JobId.New(clock), "web1", CapturePolicy.Default, new HashSet<string>()), PointId.New(clock), plan, _host, domain, vault, _paths,
            new("sh", ["-c", "echo ready; exec cat > /dev/null"]), NoHooks.Instance, f => Assert.Fail(f.ToString()), clock, TestContext.Current.CancellationToken))
        {
            domain.Checkpoints.Add(Seen(backup.Checkpoint!));
        }
        Assert.Equal("virtnbdbackup.0", Assert.Single(domain.Checkpoints).Name);
        Assert.Equal("hide " + basis, domain.Calls[^1]);
        await new HiddenCheckpoints(_paths).BringBackAsync(domain, vault, TestContext.Current.CancellationToken);
        Assert.Equal("redefine " + basis, domain.Calls[^1]);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Refused_BeforeAnythingRuns_HidesTheBaseThatWasBroughtBack()
    {
        var (vault, clock) = (new VaultId(Guid.NewGuid()), TimeProvider.System);
        var basis = CheckpointName.Of(vault, PointId.New(clock));
        var domain = _host.Domain;
        domain.Config = new("<domain/>", [new("vda", "disk", DiskSourceKind.File, "qcow2", "/d/vda", false, false, null)], null, null, null, false, true);
        domain.Checkpoints.AddRange([Seen("virtnbdbackup.0"), Seen(basis)]);
        var full = new EmptyVault(vault.Value) { Refusal = new FailureException(FailureCode.VaultFull, Stage.Store) };
        var pipeline = new CapturePipeline(_host, full, _paths, new NoEvents(), clock);
        var order = new BackupOrder(JobId.New(clock), "web1", CapturePolicy.Default with { Wanted = Consistency.Crash }, new HashSet<string>());
        var refused = await Assert.ThrowsAsync<FailureException>(() => pipeline.RunAsync(order, TestContext.Current.CancellationToken));
        Assert.Equal(FailureCode.VaultFull, refused.Failure.Code);
        Assert.Equal("virtnbdbackup.0", Assert.Single(domain.Checkpoints).Name);
    }

    private static Checkpoint Seen(string name) => new(name, null, DateTimeOffset.UnixEpoch, null);

    /// <summary>The connection is lost at a step, and the next one is good.</summary>
    private sealed class RestartAt(CaptureStep at, FakeHost host) : ICaptureHooks
    {
        public ValueTask ReachedAsync(CaptureStep step, CancellationToken ct)
        {
            if (step == at) host.Up = false;
            return ValueTask.CompletedTask;
        }
    }
}
