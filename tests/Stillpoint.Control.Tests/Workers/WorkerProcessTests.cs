using System.Text.Json;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests.Workers;

/// <summary>The owner's end of a worker, against programs that behave as badly as a worker can: each is a few lines of shell.</summary>
public sealed class WorkerProcessTests : IDisposable
{
    private static readonly BackupOrder Backup = new(JobId.New(TimeProvider.System), "web1", CapturePolicy.Default, new HashSet<string>());
    private readonly TempFolder _temp = new();
    private readonly Heard _events = new();
    private WorkerProcess? _worker;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Run_GoodWorker_GivesItsEventsAndResult()
    {
        var warning = new WarningRaised(Backup.Job, default, Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile));
        var result = await RunAsync($"read start; read order; {Say(WorkerLine.Of(warning))}; {Say(new() { Done = FakeEngine.Result(Backup) })}");
        Assert.Equivalent(FakeEngine.Result(Backup), result, strict: true);
        Assert.Equal([nameof(WarningRaised)], _events.Kinds);
        Assert.False(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_TheOrder_ComesByInputAndNowhereElse()
    {
        // The program puts what it can see of its order from outside beside what it was told.
        await Assert.ThrowsAsync<FailureException>(() => RunAsync(
            $"read -r start; read -r order; printf %s \"$start\" > {_temp["told"]}; tr '\\0' '\\n' < /proc/$$/environ > {_temp["seen"]}; tr '\\0' '\\n' < /proc/$$/cmdline >> {_temp["seen"]}"));
        Assert.Contains("Z2VoZWlt", File.ReadAllText(_temp["told"]), StringComparison.Ordinal);
        foreach (var secret in new[] { "geheim", "Z2VoZWlt" }) Assert.DoesNotContain(secret, File.ReadAllText(_temp["seen"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WorkerFails_IsItsFailure()
    {
        var full = Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync($"read start; read order; {Say(new() { Failed = full })}"));
        Assert.Equal(full.ToString(), e.Failure.ToString());
        Assert.False(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_WorkerDies_IsLostWithItsLastWords()
    {
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync("read start; read order; echo 'not a line of ours'; echo 'out of memory' >&2; kill -9 $$"));
        Assert.Equal(FailureCode.WorkerLost, e.Failure.Code);
        Assert.Contains(e.Failure.Evidence, x => x.Text == "137");
        Assert.Contains(e.Failure.Evidence, x => x.Text.Contains("out of memory", StringComparison.Ordinal) && x.Text.Contains("not a line of ours", StringComparison.Ordinal));
        Assert.True(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_WorkerDiesAfterTheCommit_HasItsPointAndAWarning()
    {
        var point = FakeEngine.Result(Backup).Point;
        var vault = Guid.NewGuid();
        var result = await RunAsync(
            $"read start; read order; {Say(new() { Vault = vault })}; {Say(WorkerLine.Of(new PointCommitted(Backup.Job, default, point)))}; kill -9 $$");
        Assert.Equal((point.Id, vault), (result.Point.Id, result.Vault.Value));
        Assert.Equal([FailureCode.WorkerLost], result.Warnings.Select(w => w.Code));
        Assert.True(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_Cancelled_WorkerIsToldAndEndsItself()
    {
        using var cancel = new CancellationTokenSource();
        _events.OnAny = () => cancel.Cancel();
        var cancelled = Failure.Of(FailureCode.Cancelled, Stage.Input);
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(
            $"read start; read order; {Progress()}; read word; [ \"$word\" = cancel ] && {Say(new() { Failed = cancelled })}", TimeSpan.FromMinutes(2), cancel.Token));
        Assert.Equal(FailureCode.Cancelled, e.Failure.Code);
        Assert.False(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_CancelledBeforeItBegan_WorkerGetsItsOrderFirst()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var cancelled = Failure.Of(FailureCode.Cancelled, Stage.Input);
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(
            $"read start; read order; read word; case $start in *Z2VoZWlt*) [ \"$word\" = cancel ] && {Say(new() { Failed = cancelled })};; esac", ct: cancel.Token));
        Assert.Equal(FailureCode.Cancelled, e.Failure.Code);
        Assert.False(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_CancelledAndDeaf_IsKilled()
    {
        using var cancel = new CancellationTokenSource();
        _events.OnAny = () => cancel.Cancel();
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(
            $"trap '' TERM INT; read start; read order; {Progress()}; while :; do read -r _ < {Fifo()}; done", TimeSpan.FromMilliseconds(100), cancel.Token));
        Assert.Equal(FailureCode.Cancelled, e.Failure.Code);
        Assert.Equal("worker", e.Failure.Evidence.Single().Source);
        Assert.True(_worker!.WasLost);
    }

    [Fact]
    public async Task Run_ToldItsFailureAndHangsInClosing_IsEnded()
    {
        var full = Failure.Of(FailureCode.VaultIoFailed, Stage.Store, ("path", "/v"));
        var e = await Assert.ThrowsAsync<FailureException>(() => RunAsync(
            $"read start; read order; {Say(new() { Failed = full })}; exec >&- 2>&-; read -r _ < {Fifo()}", TimeSpan.FromMilliseconds(100)));
        Assert.Equal(FailureCode.VaultIoFailed, e.Failure.Code);
        Assert.True(_worker!.WasLost);
    }

    [Fact]
    public async Task SaveCatalog_WorkerSaves_IsToldWhoseItIs()
    {
        var owner = Guid.NewGuid();
        await RunAsync(
            $"read start; read order; {Done()}; read -r word id; [ \"$word $id\" = 'save {owner}' ] && {Say(new() { Saved = true })}; read -r rest",
            then: c => c.SaveCatalogAsync(owner, CancellationToken.None));
        Assert.False(_worker!.WasLost);
    }

    [Fact]
    public async Task SaveCatalog_StoreFails_IsItsFailureAndTheResultStands()
    {
        var full = Failure.Of(FailureCode.VaultFull, Stage.Store, ("path", "/v"));
        FailureException? e = null;
        var result = await RunAsync($"read start; read order; {Done()}; read -r save; {Say(new() { NotSaved = full })}", then: async c =>
            e = await Assert.ThrowsAsync<FailureException>(() => c.SaveCatalogAsync(Guid.NewGuid(), CancellationToken.None)));
        Assert.Equal(full.ToString(), e!.Failure.ToString());
        Assert.Equivalent(FakeEngine.Result(Backup), result, strict: true);
    }

    [Fact]
    public async Task SaveCatalog_WorkerDies_IsWorkerLostAndTheResultStands()
    {
        FailureException? e = null;
        var result = await RunAsync($"read start; read order; {Done()}; read -r save; kill -9 $$", then: async c =>
            e = await Assert.ThrowsAsync<FailureException>(() => c.SaveCatalogAsync(Guid.NewGuid(), CancellationToken.None)));
        Assert.Equal(FailureCode.WorkerLost, e!.Failure.Code);
        Assert.Equal(FakeEngine.Result(Backup).Point.Id, result.Point.Id);
    }

    [Fact]
    public async Task SaveCatalog_WorkerHangs_IsKilledWhenTheTimeIsUp()
    {
        using var time = new CancellationTokenSource();
        var hanging = RunAsync($"read start; read order; {Done()}; read -r save; {Progress()}; while :; do read -r _ < {Fifo()}; done", then: async c =>
        {
            _events.OnAny = time.Cancel;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => c.SaveCatalogAsync(Guid.NewGuid(), time.Token));
        });
        Assert.Equal(FakeEngine.Result(Backup).Point.Id, (await hanging).Point.Id);
    }

    [Fact]
    public async Task Dispose_NothingToSave_WorkerHearsTheEndOfItsInput()
    {
        await RunAsync($"read start; read order; {Done()}; read -r word || touch {_temp["ended"]}");
        Assert.True(File.Exists(_temp["ended"]));
    }

    [Fact]
    public async Task Abandon_WorkerWithoutAnOrder_HearsTheEndOfItsInput()
    {
        var fifo = Fifo();
        _worker = new(new("/bin/sh", ["-c", $"read -r start; read -r order || echo \"ended $order\" > {fifo}"]), TimeSpan.FromMinutes(2), TimeProvider.System);
        _worker.Begin(Start());
        _worker.Abandon();
        Assert.Equal("ended \n", await File.ReadAllTextAsync(fifo, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Begin_NoSuchProgram_IsWorkerLost()
    {
        _worker = new(new(_temp["nothing"], []), TimeSpan.FromSeconds(1), TimeProvider.System);
        var e = Assert.Throws<FailureException>(() => _worker.Begin(Start()));
        Assert.Equal(FailureCode.WorkerLost, e.Failure.Code);
    }

    private static WorkerStart Start() => new("qemu:///system", "/d", "/d/run", "/v", [.. "geheim"u8], false, 300_000);

    private async Task<CaptureResult> RunAsync(string script, TimeSpan? patience = null, CancellationToken ct = default, Func<ICapture, Task>? then = null)
    {
        _worker = new(new("/bin/sh", ["-c", script]), patience ?? TimeSpan.FromMinutes(2), TimeProvider.System);
        await using (_worker)
        {
            _worker.Begin(Start());
            var capture = await _worker.RunAsync(new(new Dictionary<Guid, string>(), Backup), _events, ct);
            if (then is not null) await then(capture);
            return capture.Result;
        }
    }

    private static string Done() => Say(new() { Done = FakeEngine.Result(Backup) });

    private static string Progress() => Say(WorkerLine.Of(new Progressed(Backup.Job, default, SubTask.TransferDataToVault, 1, 2, 1)));

    private static string Say(WorkerLine line) => $"printf '%s\\n' '{JsonSerializer.Serialize(line, WorkerJson.Default.WorkerLine)}'";

    /// <summary>Whoever opens it waits for ever, and starts no process for it.</summary>
    private string Fifo()
    {
        using var made = Tool.Start(new("mkfifo", [_temp["fifo"]]));
        made.WaitForExit();
        return _temp["fifo"];
    }

    private sealed class Heard : IJobEvents
    {
        private readonly List<string> _kinds = [];

        public IReadOnlyList<string> Kinds => _kinds;

        public Action OnAny { get; set; } = () => { };

        public void Publish(JobEvent jobEvent)
        {
            _kinds.Add(jobEvent.GetType().Name);
            OnAny();
        }
    }
}
