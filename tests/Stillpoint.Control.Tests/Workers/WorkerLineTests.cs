using System.Text.Json;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Workers;

/// <summary>What goes between owner and worker arrives as it was sent. A kind of event without a line would be a bug in every job that publishes it.</summary>
public sealed class WorkerLineTests
{
    private static readonly JobId Job = new(Ulid.FromBytes(Enumerable.Repeat((byte)9, 16).ToArray()));
    private static readonly DateTimeOffset At = new(2026, 11, 21, 6, 0, 0, TimeSpan.Zero);
    private static readonly Failure Why = Failure.Of(FailureCode.GuardFired, Stage.Thaw, ("vm", "web1")).With(new("guard stop", "fired", At)).CanRetry();

    private static readonly JobEvent[] Events =
    [
        new SubTaskStarted(Job, At, SubTask.TransferDataToVault), new SubTaskFinished(Job, At, SubTask.TakeSnapshot, Why),
        new Progressed(Job, At, SubTask.TransferDataToVault, 1, 2, 3), new Preflighted(Job, At, [new("domain.power", "running", "virDomainGetState", At)]),
        new WaitingForGuest(Job, At, Why, TimeSpan.FromMinutes(5)), new ScriptsRan(Job, At, [new(ScriptPhase.PreFreeze, "10-db", 0, 1, "said\n")]), new WarningRaised(Job, At, Why), new PointCommitted(Job, At, Result().Point), new InterruptedJobCleared(Job, At, "01old", "web1"),
    ];

    [Fact]
    public void Lines_OfEveryEvent_ArriveAsTheyWereSent()
    {
        // A job's begin and end are its owner's to tell.
        Type[] owners = [typeof(JobBegan), typeof(JobEnded)];
        var kinds = typeof(JobEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(JobEvent))).Except(owners).Select(t => t.Name).Order();
        Assert.Equal(kinds, Events.Select(e => e.GetType().Name).Order());
        Assert.All(Events, sent =>
        {
            var arrived = Read(WorkerLine.Of(sent)).Event();
            Assert.Equal(sent.GetType(), arrived?.GetType());
            Assert.Equivalent(sent, arrived, strict: true);
        });
    }

    [Fact]
    public void Lines_OfTheEnd_ArriveAsTheyWereSent()
    {
        Assert.Equivalent(Result(), Read(new() { Done = Result() }).Done, strict: true);
        Assert.Equal(Why.ToString(), Read(new() { Failed = Why }).Failed!.ToString());
        Assert.True(Read(new() { Saved = true }).Saved);
        Assert.Equal(Why.ToString(), Read(new() { NotSaved = Why }).NotSaved!.ToString());
    }

    [Fact]
    public void Order_WithEverythingSet_ArrivesAsItWasSent()
    {
        var policy = CapturePolicy.Default with { Wanted = Consistency.Crash, FreezeLimit = TimeSpan.FromSeconds(7.5), SampleShare = 0.25, Tracking = Tracking.None,
            Scripts = new() { Rule = ScriptRule.Skip, Limit = TimeSpan.FromSeconds(9), Retries = 3 } };
        var order = new WorkerOrder(new Dictionary<Guid, string> { [Guid.Empty] = "/w" }, new(Job, "web1", policy, new HashSet<string> { "vdb", "vda" }, "true", true));
        var text = JsonSerializer.Serialize(order, WorkerJson.Default.WorkerOrder);
        var arrived = JsonSerializer.Deserialize(text, WorkerJson.Default.WorkerOrder)!;
        Assert.Equal(policy, arrived.Backup.Policy);
        Assert.Equal(["vda", "vdb"], arrived.Backup.ExcludedDisks.Order());
        Assert.Equal((Job, "web1", "true", true), (arrived.Backup.Job, arrived.Backup.Vm, arrived.Backup.BeforeRelease, arrived.Backup.FullRead));
        Assert.Equal(order.VaultPaths, arrived.VaultPaths);
        Assert.DoesNotContain('\n', text);
    }

    [Fact]
    public void Start_WithEverythingSet_ArrivesAsItWasSentAndShowsNoSecret()
    {
        var start = new WorkerStart("qemu:///system", "/d", "/d/run", "/v", [.. "geheim"u8], true, 300_000);
        var text = JsonSerializer.Serialize(start, WorkerJson.Default.WorkerStart);
        var arrived = JsonSerializer.Deserialize(text, WorkerJson.Default.WorkerStart)!;
        Assert.Equal("geheim", System.Text.Encoding.UTF8.GetString(arrived.Secret));
        Assert.Equal(start with { Secret = arrived.Secret }, arrived);
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain("geheim", start.ToString(), StringComparison.Ordinal);
    }

    private static CaptureResult Result() => FakeEngine.Result(new(Job, "web1", CapturePolicy.Default, new HashSet<string>()), Why);

    private static WorkerLine Read(WorkerLine line) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(line, WorkerJson.Default.WorkerLine), WorkerJson.Default.WorkerLine)!;
}
