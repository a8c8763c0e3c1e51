using System.Diagnostics;
using System.Text.Json;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>Jobs that the real program asks the service for.</summary>
public sealed class JobVerbTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Backup_WithEveryOption_IsOrderedAndToldAsIfDoneHere()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Capture = (o, events, _) =>
        {
            events.Publish(new SubTaskStarted(o.Job, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot));
            events.Publish(new SubTaskFinished(o.Job, DateTimeOffset.UnixEpoch, SubTask.TakeSnapshot, null));
            return Task.FromResult(FakeEngine.Result(o, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)));
        };
        var cli = CliProcess.Of(host);
        var json = (await cli.JsonAsync(
            "backup", "guest", "--consistency", "application", "--strict", "--freeze-limit", "7.5", "--guard", "warden-alone", "--tracking", "none", "--full",
            "--exclude-disk", "vdb", "--sample-share", "0.5", "--scripts", "fail", "--script-limit", "90", "--script-retries", "2", "--patience", "7", "--despite-load")).Must().Json;
        var order = Assert.Single(host.Engine.Backups);
        Assert.Equal(
            CapturePolicy.Default with
            {
                Wanted = Consistency.Application, StepDown = false, FreezeLimit = TimeSpan.FromSeconds(7.5), Guard = GuardRule.WardenAlone, Tracking = Tracking.None,
                SampleShare = 0.5, Patience = TimeSpan.FromMinutes(7), Scripts = new() { Rule = ScriptRule.Fail, Limit = TimeSpan.FromSeconds(90), Retries = 2 },
            }, order.Policy);
        Assert.Equal((true, true, "vdb"), (order.FullRead, order.DespiteLoad, Assert.Single(order.ExcludedDisks)));
        Assert.Equal(
            ["job", "state", "point", "vm", "vmId", "taken", "consistency", "reason", "frozenMs", "checkpoint", "disks", "leftOut", "bytesRead", "bytesStored", "seconds", "warnings", "diagnosis"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ("completed-with-warnings", "file-system", 312.0, "stillpoint-0123abcd-p", 94371840L, order.Job.ToString()),
            (json.GetProperty("state").GetString(), json.GetProperty("consistency").GetString(), json.GetProperty("frozenMs").GetDouble(), json.GetProperty("checkpoint").GetString(),
                json.GetProperty("bytesStored").GetInt64(), json.GetProperty("job").GetString()));
        Assert.Equal("tpm-not-captured", json.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.Equal(
            """{"name":"vda","format":"qcow2","sizeBytes":8589934592,"mode":"incremental","bytesRead":220200960,"bytesChanged":209715200}""",
            JsonSerializer.Serialize(json.GetProperty("disks")[0]));
        var text = (await cli.RunAsync("backup", "guest")).Must();
        foreach (var part in new[] { "is in the vault", "Consistency: file-system consistent", "Frozen for: 312 ms", "Left out (sda)", "Read 210 MiB, stored 90.0 MiB" })
            Assert.Contains(part, text.Out, StringComparison.Ordinal);
        Assert.Contains("Take snapshot", text.Error, StringComparison.Ordinal);
        var shown = (await cli.JsonAsync("job", "show", order.Job.ToString()[..20])).Must().Json;
        Assert.Equal(("backup", "guest"), (shown.GetProperty("job").GetProperty("kind").GetString(), shown.GetProperty("job").GetProperty("vm").GetString()));
        Assert.Equal(2, (await cli.JsonAsync("job", "list")).Must().Json.GetProperty("jobs").GetArrayLength());
        (await cli.JsonAsync("job", "cancel", order.Job.ToString())).MustFail(1, "job-not-running");
    }

    [Fact]
    public async Task Backup_ThatFails_TellsCodeEvidenceAndJob()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Capture = (_, _, _) => throw new FailureException(Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", "/v")).With(new("statvfs", "0 left")).CanRetry());
        var call = await CliProcess.Of(host).JsonAsync("backup", "guest");
        var error = call.MustFail(10, "vault-full");
        Assert.Equal(("store", true, "statvfs"), (error.GetProperty("stage").GetString(), error.GetProperty("retryable").GetBoolean(), error.GetProperty("evidence")[0].GetProperty("source").GetString()));
        Assert.Equal(Assert.Single(host.Engine.Backups).Job.ToString(), call.Json.GetProperty("job").GetString());
        (await CliProcess.Of(host).JsonAsync("backup", "nobody")).MustFail(3, "vm-not-found");
    }

    [Fact]
    public async Task Interruption_TheFirst_CancelsTheServicesJobAndWaitsForItsEnd()
    {
        await using var host = await ServiceHost.StartAsync();
        var (began, undone) = (new TaskCompletionSource(), false);
        host.Engine.Capture = async (_, _, ct) =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            }
            finally
            {
                undone = true;
            }
            throw new InvalidOperationException();
        };
        var (process, output, error) = CliProcess.Of(host).Start("backup", "guest", "--json");
        using (process)
        {
            await began.Task;
            await InterruptAsync(process);
            await process.WaitForExitAsync();
            var end = new CliEnd(process.ExitCode, await output, await error);
            end.MustFail(130, "cancelled");
            Assert.Equal(Assert.Single(host.Engine.Backups).Job.ToString(), end.Json.GetProperty("job").GetString());
        }
        Assert.True(undone);
        Assert.Equal("cancelled", Assert.Single((await host.Client().Jobs.ListAsync(None)).Items).State);
    }

    [Fact]
    public async Task Interruption_TheSecond_LeavesTheJobToTheServiceAndSaysSo()
    {
        await using var host = await ServiceHost.StartAsync();
        var (began, told, go) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        host.Engine.Capture = async (o, _, ct) =>
        {
            await using var cancelled = ct.Register(told.SetResult);
            began.SetResult();
            // A job whose clean end takes its time.
            await go.Task;
            return FakeEngine.Result(o);
        };
        var (process, output, error) = CliProcess.Of(host).Start("backup", "guest", "--json");
        string job;
        using (process)
        {
            await began.Task;
            await InterruptAsync(process);
            await told.Task;
            await InterruptAsync(process);
            await process.WaitForExitAsync();
            var end = new CliEnd(process.ExitCode, await output, await error);
            end.MustFail(130, "job-goes-on");
            job = end.Json.GetProperty("job").GetString()!;
        }
        var client = host.Client();
        Assert.Equal("running", (await client.Jobs.ShowAsync(job, None)).Job.State);
        go.SetResult();
        // The catalog was not saved, since the job had been told to end: a warning.
        Assert.Equal("completed-with-warnings", (await client.EndOfAsync(job)).Job.State);
    }

    [Fact]
    public async Task Cancel_OfAServicesJob_EndsItForWhoWatchesIt()
    {
        await using var host = await ServiceHost.StartAsync();
        var began = new TaskCompletionSource<string>();
        host.Engine.Capture = async (o, _, ct) =>
        {
            began.SetResult(o.Job.ToString());
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            throw new InvalidOperationException();
        };
        var cli = CliProcess.Of(host);
        var watching = cli.JsonAsync("backup", "guest");
        var job = await began.Task;
        Assert.Equal(job, (await cli.JsonAsync("job", "cancel", job[..24])).Must().Json.GetProperty("job").GetString());
        (await watching).MustFail(130, "cancelled");
    }

    [Fact]
    public async Task Restore_ThreeWays_AreOrderedAndTold()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Engine.Restore = (o, _, _) => Task.FromResult(new RestoreResult(
            PointId.TryParse(o.Point, out var id) ? id : default, o is RestoreDisks ? null : "guest", o is RestoreDisks ? null : FakeHost.Vm, [new("vda", "/v/a.raw", "raw", 1_000_000)]));
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("restore", point, "--replace")).MustFail(1, "not-confirmed");
        Assert.Equal("guest", (await cli.JsonAsync("restore", point, "--replace", "--keep-old", "--yes")).Must().Json.GetProperty("vm").GetString());
        (await cli.JsonAsync("restore", "latest", "--vm", "guest", "--as", "copy", "--folder", host.Folder["new"], "--format", "raw", "--disconnected")).Must();
        var json = (await cli.JsonAsync("restore", point[..22], "--disk", $"vda={host.Folder["a.raw"]}")).Must().Json;
        Assert.Equal(
            (point, JsonValueKind.Null, "/v/a.raw", 1_000_000L),
            (json.GetProperty("point").GetString(), json.GetProperty("vm").ValueKind, json.GetProperty("disks")[0].GetProperty("target").GetString(), json.GetProperty("disks")[0].GetProperty("sizeBytes").GetInt64()));
        var jobs = host.Engine.Restores.Select(r => r.Job).ToArray();
        Assert.Equal(
            [
                new RestoreInPlace(jobs[0], point, true, false), new RestoreAsNewVm(jobs[1], point, "copy", host.Folder["new"], null, "raw", false, false),
            ], host.Engine.Restores.Take(2));
        Assert.Equal(new DiskToRestore("vda", host.Folder["a.raw"], "raw", false), Assert.Single(Assert.IsType<RestoreDisks>(host.Engine.Restores[2]).Disks));
    }

    private static Task InterruptAsync(Process process) => Tool.RunAsync("kill", "-INT", $"{process.Id}");
}
