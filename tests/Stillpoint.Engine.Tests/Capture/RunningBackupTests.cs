using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Model;
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
        another.Domain.RunningBackupSocket = JobFolder.SocketIn(JobFolder.PathOf(_paths, job));
        var plan = new CapturePlan(_host.Domain.Config, "<domain/>", false, [], [], 0, null, MakesCheckpoint: true, KeepsNone: false, ["stillpoint-older"], Foreign: true);
        await using (var backup = await RunningBackup.PrepareAsync(
            new(job, "web1", CapturePolicy.Default, new HashSet<string>()), PointId.New(TimeProvider.System), plan, _host, _host.Domain, new(Guid.NewGuid()), _paths,
            new("sh", ["-c", "echo ready; exec cat > /dev/null"]), new RestartAt(CaptureStep.OlderCheckpointsDeleted, _host),
            f => Assert.Fail(f.ToString()), TimeProvider.System, TestContext.Current.CancellationToken))
        {
            await backup.ReleaseAsync(new(_paths));
            Assert.Equal(["abort", "hide " + backup.Checkpoint], another.Domain.Calls);
        }
        Assert.Equal(["delete stillpoint-older"], _host.Domain.Calls);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

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
