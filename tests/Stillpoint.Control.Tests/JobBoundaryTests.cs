using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests;

public sealed class JobBoundaryTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly DataFolder _folder;
    private readonly CatalogDatabase _database;
    private readonly JobTable _jobs;
    private readonly JobBoundary _boundary;

    public JobBoundaryTests()
    {
        _folder = new(_temp.Path);
        _database = CatalogDatabase.Open(_folder, TimeProvider.System);
        _jobs = new(_database);
        _boundary = new(_folder, _jobs, new(_database), TimeProvider.System);
    }

    public void Dispose()
    {
        _database.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Run_WorkThatSucceeds_IsCompletedWithItsPoint()
    {
        var outcome = await RunAsync((_, _) => Done());
        Assert.Equal((JobState.Completed, "result"), (outcome.State, outcome.Result));
        var job = _jobs.Find(outcome.Job.ToString()).Job;
        Assert.Equal((JobState.Completed, "p1", 5L, Environment.ProcessId), (job.State, job.Point, job.BytesStored, job.ProcessId));
    }

    [Fact]
    public async Task Run_WorkWithWarnings_SaysSoInState()
    {
        var outcome = await RunAsync((_, _) => Done(Failure.Of(FailureCode.VmPoweredOff, Stage.Freeze)));
        Assert.Equal(JobState.CompletedWithWarnings, outcome.State);
        Assert.Equal(JobState.CompletedWithWarnings, _jobs.Find(outcome.Job.ToString()).Job.State);
    }

    [Fact]
    public async Task Run_ExpectedFailure_IsTheOutcomeWithWarningsRaisedBefore()
    {
        var id = JobId.New(TimeProvider.System);
        var outcome = await _boundary.RunAsync<string>(Job(id), new SilentEvents(), (events, _) =>
        {
            events.Publish(new WarningRaised(id, default, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)));
            throw new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        }, CancellationToken.None);
        Assert.Equal((JobState.Failed, FailureCode.VaultFull), (outcome.State, outcome.Failure!.Code));
        Assert.Equal([FailureCode.TpmNotCaptured], outcome.Warnings.Select(w => w.Code));
    }

    [Fact]
    public async Task Run_Cancelled_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var outcome = await RunAsync(async (_, ct) =>
        {
            await cancel.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return await Done();
        }, cancel.Token);
        Assert.Equal((JobState.Cancelled, FailureCode.Cancelled), (outcome.State, outcome.Failure!.Code));
    }

    [Fact]
    public async Task Run_CancellationNobodyAskedFor_IsABug()
    {
        var outcome = await RunAsync((_, _) => throw new OperationCanceledException());
        Assert.Equal((JobState.Failed, FailureCode.InternalError), (outcome.State, outcome.Failure!.Code));
    }

    [Fact]
    public async Task Run_Bug_IsKeptWithItsStackInTheJob()
    {
        var outcome = await RunAsync((_, _) => FailBadly());
        var kept = _jobs.Find(outcome.Job.ToString()).Job.Failure!;
        Assert.Equal((FailureCode.InternalError, outcome.Job.ToString()), (kept.Code, kept.Arguments["job"]));
        Assert.Equal("System.InvalidOperationException", kept.Evidence.Single().Source);
        Assert.Contains(nameof(FailBadly), kept.Evidence.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EventsOfAJob_AreInTheCatalogAndPassedOn()
    {
        var seen = new List<JobEvent>();
        var watcher = PartialFake.Of<IJobEvents>(("Publish", a => { seen.Add((JobEvent)a[0]!); return null; }));
        var id = JobId.New(TimeProvider.System);
        await _boundary.RunAsync(Job(id), watcher, (events, _) =>
        {
            events.Publish(new SubTaskStarted(id, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot));
            events.Publish(new Progressed(id, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot, 7, 9, 3));
            events.Publish(new SubTaskFinished(id, DateTimeOffset.UnixEpoch.AddSeconds(1), SubTask.TakeSnapshot, null));
            return Task.FromResult(new JobResult<string>("r", [], null, null));
        }, CancellationToken.None);
        var details = _jobs.Find(id.ToString());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1), details.SubTasks.Single().Ended);
        Assert.Equal((7L, 3L), (details.Job.BytesDone, details.Job.BytesStored));
        Assert.Equal(
            [typeof(JobBegan), typeof(SubTaskStarted), typeof(Progressed), typeof(SubTaskFinished), typeof(JobEnded)], seen.Select(e => e.GetType()));
    }

    [Fact]
    public async Task Run_SecondJobUnderOneName_IsRefusedAndNamesTheFirst()
    {
        FailureException? refused = null;
        var first = await RunAsync(async (_, _) =>
        {
            refused = await Assert.ThrowsAsync<FailureException>(() => RunAsync((_, _) => Done()));
            return await Done();
        });
        var failure = refused!.Failure;
        Assert.Equal((FailureCode.VmBackupRunning, true), (failure.Code, failure.Retryable));
        Assert.Equal((first.Job.ToString(), $"{Environment.ProcessId}"), (failure.Arguments["job"], failure.Arguments["pid"]));
        Assert.Equal(JobState.Completed, (await RunAsync((_, _) => Done())).State);
    }

    [Fact]
    public async Task Run_CatalogLostAtTheEnd_IsAWarningAndTheResultStands()
    {
        var outcome = await RunAsync((_, _) =>
        {
            _database.Execute("drop table warning; drop table sub_task; drop table job");
            return Done();
        });
        Assert.Equal("result", outcome.Result);
        Assert.Null(outcome.Failure);
        Assert.Equal(FailureCode.DataFolderUnusable, outcome.Warnings.Single().Code);
    }

    [Fact]
    public async Task EndAbandoned_RunningRowWithoutOwner_IsEndedAndALivingOneIsNot()
    {
        var dead = JobId.New(TimeProvider.System);
        _jobs.Add(Job(dead) with { LockName = "vm-dead", ProcessId = 4711 });
        var living = await RunAsync((_, _) =>
        {
            _boundary.EndAbandoned();
            return Done();
        });
        var found = _jobs.Find(dead.ToString()).Job;
        Assert.Equal((JobState.Failed, FailureCode.JobOwnerGone, "4711"), (found.State, found.Failure!.Code, found.Failure.Evidence.Single().Text));
        Assert.Equal(JobState.Completed, _jobs.Find(living.Job.ToString()).Job.State);
    }

    [Fact, Trait("Needs", "tools")]
    public async Task Lock_HeldHere_IsSeenByAnotherProcess()
    {
        var path = Path.Combine(_folder.Locks, "vm-x");
        using (JobLock.TryTake(_folder, "vm-x")) Assert.Equal(1, (await Tool.RunAsync("flock", "-n", path, "true")).ExitCode);
        Assert.Equal(0, (await Tool.RunAsync("flock", "-n", path, "true")).ExitCode);
    }

    private static Task<JobResult<string>> FailBadly() => throw new InvalidOperationException("bad");

    private static Task<JobResult<string>> Done(params Failure[] warnings) => Task.FromResult(new JobResult<string>("result", warnings, "p1", 5));

    private static JobRecord Job(JobId id) => new(
        id, JobKind.Backup, JobState.Running, FakeHost.Vm, FakeHost.VmName, "qemu:///system", "/v", null, default, null, 0, 0, null, "vm-x", 0);

    private Task<JobOutcome<string>> RunAsync(Func<IJobEvents, CancellationToken, Task<JobResult<string>>> work, CancellationToken ct = default) =>
        _boundary.RunAsync(Job(JobId.New(TimeProvider.System)), new SilentEvents(), work, ct);
}
