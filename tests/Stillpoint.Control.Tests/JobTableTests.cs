using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests;

public sealed class JobTableTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _temp = new();
    private readonly CatalogDatabase _database;
    private readonly JobTable _jobs;

    public JobTableTests()
    {
        _database = CatalogDatabase.Open(new(_temp.Path), TimeProvider.System);
        _jobs = new(_database);
    }

    public void Dispose()
    {
        _database.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Find_JobWithEverything_ReadsBackAsWritten()
    {
        var job = Job(1);
        var failure = new Failure(
            FailureCode.VaultFull, Stage.Store, new Dictionary<string, string> { ["path"] = "/v" }, [new("statvfs", "0 left", Noon)], Retryable: true);
        _jobs.Add(job);
        _jobs.SubTaskStarted(job.Id, SubTask.TakeSnapshot, Noon);
        _jobs.SubTaskFinished(job.Id, SubTask.TakeSnapshot, Noon.AddSeconds(1), null);
        _jobs.SubTaskStarted(job.Id, SubTask.TransferDataToVault, Noon.AddSeconds(1));
        _jobs.SubTaskFinished(job.Id, SubTask.TransferDataToVault, Noon.AddSeconds(5), failure);
        _jobs.AddWarning(job.Id, Failure.Of(FailureCode.VmPoweredOff, Stage.Freeze));
        _jobs.AddWarning(job.Id, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile));
        _jobs.End(job.Id, JobState.Failed, Noon.AddSeconds(6), null, 100, 50, failure);

        var found = _jobs.Find(job.Id.ToString());
        Assert.Equal((JobState.Failed, Noon.AddSeconds(6), 100L, 50L), (found.Job.State, found.Job.Ended, found.Job.BytesDone, found.Job.BytesStored));
        Assert.Equal((FailureCode.VaultFull, Stage.Store, "/v", true), (found.Job.Failure!.Code, found.Job.Failure.Stage, found.Job.Failure.Arguments["path"], found.Job.Failure.Retryable));
        Assert.Equal(new Evidence("statvfs", "0 left", Noon), found.Job.Failure.Evidence.Single());
        Assert.Equal([SubTask.TakeSnapshot, SubTask.TransferDataToVault], found.SubTasks.Select(s => s.SubTask));
        Assert.Equal(FailureCode.VaultFull, found.SubTasks[1].Failure!.Code);
        Assert.Equal([FailureCode.VmPoweredOff, FailureCode.TpmNotCaptured], found.Warnings.Select(w => w.Code));
    }

    [Fact]
    public void End_JobThatHasEnded_ChangesNothing()
    {
        var job = Job(1);
        _jobs.Add(job);
        _jobs.End(job.Id, JobState.Completed, Noon, "p", 1, 1, null);
        _jobs.End(job.Id, JobState.Failed, Noon.AddDays(1), null, 2, 2, Failure.Of(FailureCode.JobOwnerGone, Stage.Input));
        var found = _jobs.Find(job.Id.ToString()).Job;
        Assert.Equal((JobState.Completed, "p", 1L), (found.State, found.Point, found.BytesDone));
    }

    [Fact]
    public void Find_Prefix_IsTakenWhereOneJobHasIt()
    {
        var (first, second) = (Job(1), Job(2));
        _jobs.Add(first);
        _jobs.Add(second);
        Assert.Equal(second.Id, _jobs.Find(second.Id.ToString().ToUpperInvariant()).Job.Id);
        Assert.Equal(FailureCode.JobAmbiguous, Code(first.Id.ToString()[..3]));
        Assert.Equal(FailureCode.JobNotFound, Code("zzz"));
        Assert.Equal(FailureCode.JobNotFound, Code("%"));
        Assert.Equal(FailureCode.JobNotFound, Code(""));

        FailureCode Code(string text) => Assert.Throws<FailureException>(() => _jobs.Find(text)).Failure.Code;
    }

    [Fact]
    public void List_JobsOfSeveralVms_IsNewestFirstAndOfTheVmAsked()
    {
        foreach (var n in Enumerable.Range(1, 4)) _jobs.Add(Job(n) with { Vm = n % 2 == 0 ? "even" : "odd" });
        Assert.Equal([Job(4).Id, Job(3).Id], _jobs.List(null, 2).Select(j => j.Id));
        Assert.Equal([Job(4).Id, Job(2).Id], _jobs.List("even", 9).Select(j => j.Id));
    }

    private static JobRecord Job(int n) => new(
        new(Ulid.FromBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)n])), JobKind.Backup, JobState.Running, new VmId(Guid.Empty), "vm", "qemu:///system",
        "/v", null, Noon.AddMinutes(n), null, 0, 0, null, "lock", 42);
}
