using System.Text.Json;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class BackupVerbTests
{
    [Fact]
    public async Task Backup_Json_CarriesEverythingAScriptNeeds()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Capture = (o, _, _) => Task.FromResult(FakeEngine.Result(o, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)));
        var json = (await host.JsonAsync("backup", FakeHost.VmName)).Must().Json;
        Assert.Equal(
            ["job", "state", "point", "vm", "vmId", "taken", "consistency", "reason", "frozenMs", "checkpoint", "disks", "leftOut", "bytesRead", "bytesStored", "seconds", "warnings", "diagnosis"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("completed-with-warnings", json.GetProperty("state").GetString());
        Assert.Equal(26, json.GetProperty("point").GetString()!.Length);
        Assert.Equal(("file-system", JsonValueKind.Null, 312.0), (json.GetProperty("consistency").GetString(), json.GetProperty("reason").ValueKind, json.GetProperty("frozenMs").GetDouble()));
        var disk = json.GetProperty("disks")[0];
        Assert.Equal(
            """{"name":"vda","format":"qcow2","sizeBytes":8589934592,"mode":"incremental","bytesRead":220200960,"bytesChanged":209715200}""",
            JsonSerializer.Serialize(disk));
        Assert.Equal("sda", json.GetProperty("leftOut")[0].GetProperty("name").GetString());
        Assert.Equal("disk-unsupported", json.GetProperty("leftOut")[0].GetProperty("reason").GetProperty("code").GetString());
        Assert.Equal("tpm-not-captured", json.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.Equal(("stillpoint-0123abcd-p", 94371840L), (json.GetProperty("checkpoint").GetString(), json.GetProperty("bytesStored").GetInt64()));
    }

    [Fact]
    public async Task Backup_Text_SaysWhatThePointIsWorth()
    {
        using var host = await new CliHost().WithVaultAsync();
        var text = (await host.RunAsync("backup", FakeHost.VmName)).Must().Out;
        foreach (var part in new[] { "of guest is in the vault", "Consistency: file-system consistent", "Frozen for: 312 ms", "incremental", "Left out (sda)", "Read 210 MiB, stored 90.0 MiB" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_Options_AreThePolicy()
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.RunAsync(
            "backup", FakeHost.VmName, "--consistency", "crash", "--strict", "--freeze-limit", "7.5", "--guard", "warden-alone", "--tracking", "none", "--full",
            "--exclude-disk", "vdb", "--exclude-disk", "vdc", "--sample-share", "0.5", "--before-release", "true",
            "--scripts", "fail", "--script-limit", "90", "--script-retries", "2", "--patience", "7", "--despite-load")).Must();
        var order = host.Engine.Backups.Single();
        Assert.Equal(
            CapturePolicy.Default with
            {
                Wanted = Consistency.Crash, StepDown = false, FreezeLimit = TimeSpan.FromSeconds(7.5), Guard = GuardRule.WardenAlone, Tracking = Tracking.None, SampleShare = 0.5,
                Patience = TimeSpan.FromMinutes(7), Scripts = new() { Rule = ScriptRule.Fail, Limit = TimeSpan.FromSeconds(90), Retries = 2 },
            },
            order.Policy);
        Assert.Equal(["vdb", "vdc"], order.ExcludedDisks.Order());
        Assert.Equal((true, "true", true), (order.FullRead, order.BeforeRelease, order.DespiteLoad));
    }

    [Theory]
    [InlineData("application", Consistency.Application)]
    [InlineData("file-system", Consistency.FileSystem)]
    public async Task Backup_Consistency_IsThePolicys(string option, Consistency wanted)
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.RunAsync("backup", FakeHost.VmName, "--consistency", option)).Must();
        Assert.Equal(wanted, host.Engine.Backups.Single().Policy.Wanted);
    }

    [Fact]
    public async Task Backup_WithScripts_KeepsThemOnTheJob()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Capture = (order, events, _) =>
        {
            events.Publish(new ScriptsRan(order.Job, FakeEngine.Taken, [new(ScriptPhase.PreFreeze, "10-db", 0, 2, "held\nall\n"), new(ScriptPhase.PostFreeze, "10-db", 1, 1, "")]));
            return Task.FromResult(FakeEngine.Result(order));
        };
        var job = (await host.JsonAsync("backup", FakeHost.VmName)).Must().Json.GetProperty("job").GetString()!;
        var scripts = (await host.JsonAsync("job", "show", job)).Must().Json.GetProperty("scripts").EnumerateArray()
            .Select(s => (s.GetProperty("phase").GetString(), s.GetProperty("name").GetString(), s.GetProperty("exitCode").GetInt32(), s.GetProperty("tries").GetInt32(), s.GetProperty("output").GetString()));
        Assert.Equal([("pre-freeze", "10-db", 0, 2, "held\nall\n"), ("post-freeze", "10-db", 1, 1, "")], scripts);
        var text = (await host.RunAsync("job", "show", job)).Must().Out;
        Assert.Contains("pre-freeze.d/10-db: exit code 0 after 2 tries\n    held\n    all\n", text, StringComparison.Ordinal);
        Assert.Contains("post-freeze.d/10-db: exit code 1 after 1 try\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--freeze-limit", "61")]
    [InlineData("--freeze-limit", "1")]
    [InlineData("--freeze-limit", "soon")]
    [InlineData("--freeze-limit", "1e300")]
    [InlineData("--sample-share", "1.1")]
    [InlineData("--patience", "-1")]
    [InlineData("--patience", "1441")]
    [InlineData("--script-limit", "0.2")]
    [InlineData("--script-limit", "3601")]
    [InlineData("--script-retries", "11")]
    [InlineData("--script-retries", "-1")]
    [InlineData("--sample-share", "NaN")]
    public async Task Backup_NumberOutOfRange_IsAUsageError(string option, string value)
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.JsonAsync("backup", FakeHost.VmName, option, value)).MustFail(2, "usage-invalid");
        Assert.Empty(host.Engine.Backups);
    }

    [Theory]
    [InlineData(FailureCode.VaultFull, 10)]
    [InlineData(FailureCode.HostConnectionLost, 9)]
    [InlineData(FailureCode.VmBusyWithOtherJob, 7)]
    [InlineData(FailureCode.ConsistencyNotReached, 1)]
    public async Task Backup_ThatFails_TellsCodeEvidenceAndJob(FailureCode code, int exitCode)
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Capture = (_, _, _) => throw new FailureException(
            Failure.Of(code, Stage.Store, ("path", "/v")).With(new("statvfs", "0 left")).CanRetry());
        var call = await host.JsonAsync("backup", FakeHost.VmName);
        call.MustFail(exitCode, code.ToText());
        var error = call.Json.GetProperty("error");
        Assert.Equal(("store", true, "statvfs"), (error.GetProperty("stage").GetString(), error.GetProperty("retryable").GetBoolean(), error.GetProperty("evidence")[0].GetProperty("source").GetString()));
        var job = (await host.JsonAsync("job", "show", call.Json.GetProperty("job").GetString()!)).Must().Json;
        Assert.Equal(code.ToText(), job.GetProperty("job").GetProperty("failure").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Backup_Cancelled_EndsWith130AndACancelledJob()
    {
        using var host = await new CliHost().WithVaultAsync();
        using var cancel = new CancellationTokenSource();
        host.Engine.Capture = async (_, _, ct) =>
        {
            await cancel.CancelAsync();
            ct.ThrowIfCancellationRequested();
            throw new InvalidOperationException("not cancelled");
        };
        var call = await host.BareAsync(
            ["backup", FakeHost.VmName, "--json", "--data", host.Data, "--passphrase-file", host.PassphraseFile], cancel.Token);
        call.MustFail(130, "cancelled");
        var jobs = (await host.JsonAsync("job", "list")).Must().Json.GetProperty("jobs");
        Assert.Equal("cancelled", jobs[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Backup_WithABug_Is70AndTheStackIsInTheJob()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Capture = (_, _, _) => throw new ArgumentNullException("nothing");
        var call = await host.JsonAsync("backup", FakeHost.VmName);
        call.MustFail(70, "internal-error");
        var text = (await host.RunAsync("job", "show", call.Json.GetProperty("job").GetString()!)).Must().Out;
        Assert.Contains("System.ArgumentNullException", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Backup_WithABug_Is70AndTheStackIsInTheJob), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_UnknownVm_IsNotFoundAndNoJob()
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.JsonAsync("backup", "nobody")).MustFail(3, "vm-not-found");
        Assert.Equal(0, (await host.JsonAsync("job", "list")).Must().Json.GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    public async Task Backup_OfARemoteHost_IsRefusedBeforeAnythingIsOpened()
    {
        using var host = new CliHost();
        (await host.JsonAsync("backup", "vm", "--host", "qemu+ssh://other/system", "--vault", host.Vault)).MustFail(9, "host-remote-needs-worker");
        Assert.Equal(0, host.Connections);
    }

    [Fact]
    public async Task Backup_AfterAnInterruptedJob_SaysWhatWasCleanedUp()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Abandoned.Add(new("01old", "guest", Thawed: true, JobAborted: true, PointIsWhole: false, Left: null));
        var error = (await host.RunAsync("backup", FakeHost.VmName)).Must().Error;
        Assert.Contains("guest had been left frozen by interrupted job `01old`; it is thawed.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_AfterInterruptedRestores_SaysWhatBecameOfThem()
    {
        using var host = await new CliHost().WithVaultAsync();
        host.Engine.Restoring.Add(new("01done", "web1", new(default, "web1", FakeHost.Vm, []), null));
        host.Engine.Restoring.Add(new("01back", null, null, null));
        host.Engine.Restoring.Add(new("01open", "db1", null, Failure.Of(FailureCode.VmRunning, Stage.Restore, ("vm", "db1"))));
        var error = (await host.RunAsync("backup", FakeHost.VmName)).Must().Error;
        Assert.Contains("The interrupted restore `01done` of web1 is finished", error, StringComparison.Ordinal);
        Assert.Contains("What the interrupted restore `01back` had made is taken back", error, StringComparison.Ordinal);
        Assert.Contains("The interrupted restore `01open` of db1 could not be finished yet:", error, StringComparison.Ordinal);
        Assert.Contains("virsh shutdown db1", error, StringComparison.Ordinal);
    }
}
