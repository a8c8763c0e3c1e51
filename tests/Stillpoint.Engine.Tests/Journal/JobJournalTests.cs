using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Journal;

public sealed class JobJournalTests : IDisposable
{
    private readonly EnginePaths _paths;
    private readonly FakeHost _host = new();

    public JobJournalTests()
    {
        var root = Directory.CreateTempSubdirectory("stillpoint-journal-").FullName;
        _paths = new(root, Path.Combine(root, "run"));
    }

    public void Dispose() => Directory.Delete(_paths.Data, recursive: true);

    [Fact]
    public void TakeAbandoned_OwnerLives_IsNotTaken()
    {
        using var journal = Open();
        Assert.Empty(JobJournal.TakeAbandoned(_paths.Journal, f => Assert.Fail(f.ToString())));
    }

    [Fact]
    public async Task Recover_DeadInTheFreeze_ThawsAbortsAndDeletesTheCheckpoint()
    {
        Abandon(e => e with { FreezeOpen = true, BeginSent = true });
        var domain = _host.Domain;
        domain.Frozen = true;
        domain.RunningBackupSocket = "/w/nbd.sock";
        var recovered = Assert.Single(await RecoverAsync(new EmptyVault(VaultOf)));
        Assert.Equal(["thaw", "abort", "delete stillpoint-x"], domain.Calls);
        Assert.Equal((true, true, (bool?)false), (recovered.Thawed, recovered.JobAborted, recovered.PointIsWhole));
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Recover_ManifestIsThere_KeepsTheCheckpoint()
    {
        Abandon(e => e with { BeginSent = true, Committed = true });
        _host.Domain.RunningBackupSocket = "/w/nbd.sock";
        await RecoverAsync(null);
        Assert.Equal(["abort"], _host.Domain.Calls);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Recover_VaultNotAtHand_ThawsAndAbortsAndKeepsTheEntry()
    {
        Abandon(e => e with { FreezeOpen = true, BeginSent = true });
        _host.Domain.RunningBackupSocket = "/w/nbd.sock";
        await RecoverAsync(null);
        Assert.Equal(["thaw", "abort"], _host.Domain.Calls);
        await RecoverAsync(new EmptyVault(VaultOf));
        Assert.Equal(["thaw", "abort", "delete stillpoint-x"], _host.Domain.Calls);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Recover_LibvirtdGone_KeepsTheEntryAndSaysWhy()
    {
        Abandon(e => e with { FreezeOpen = true });
        _host.Up = false;
        var recovered = Assert.Single(await RecoverAsync(null));
        Assert.Equal(FailureCode.HostUnreachable, recovered.Left!.Code);
        Assert.NotEmpty(Directory.GetFiles(_paths.Journal, "*.json"));
    }

    [Fact]
    public async Task Recover_ScriptsOpen_ThawsHasThemRunAndAborts()
    {
        Abandon(e => e with { FreezeOpen = true, BeginSent = true, ScriptsOpenUntil = DateTimeOffset.MaxValue });
        var domain = _host.Domain;
        (domain.Frozen, domain.RunningBackupSocket, domain.Channel) = (true, "/w/nbd.sock", new ScriptsChannel(t => domain.Calls.Add("scripts " + t)));
        var recovered = Assert.Single(await RecoverAsync(new EmptyVault(VaultOf)));
        Assert.Equal(["thaw", "scripts job1", "abort", "delete stillpoint-x"], domain.Calls);
        Assert.True(recovered.ScriptsEnded);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Fact]
    public async Task Recover_ScriptsOpenAndNoAnswer_EndsTheJobAndKeepsTheEntry()
    {
        Abandon(e => e with { BeginSent = true, ScriptsOpenUntil = DateTimeOffset.MaxValue });
        _host.Domain.RunningBackupSocket = "/w/nbd.sock";
        _host.Domain.Channel = new ScriptsChannel(_ => throw new FailureException(FailureCode.AgentNotResponding, Stage.Thaw));
        var recovered = Assert.Single(await RecoverAsync(new EmptyVault(VaultOf)));
        Assert.Equal(["abort", "delete stillpoint-x"], _host.Domain.Calls);
        Assert.Equal((FailureCode.AgentNotResponding, false), (recovered.Left!.Code, recovered.Closed));
        Assert.NotEmpty(Directory.GetFiles(_paths.Journal, "*.json"));
    }

    [Fact]
    public async Task Recover_ScriptsThatTheGuestHasBegunByItself_HoldUpNobody()
    {
        Abandon(e => e with { BeginSent = true, ScriptsOpenUntil = DateTimeOffset.UnixEpoch });
        _host.Domain.Channel = new ScriptsChannel(_ => throw new FailureException(FailureCode.AgentNotResponding, Stage.Thaw));
        Assert.Null(Assert.Single(await RecoverAsync(new EmptyVault(VaultOf))).Left);
        Assert.Empty(Directory.GetFiles(_paths.Journal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_BesideOtherTools_HidesOursAgain(bool committed)
    {
        var basis = CheckpointName.Of(new(VaultOf), PointId.New(TimeProvider.System));
        _host.Domain.Checkpoints.AddRange([Seen("virtnbdbackup.0"), Seen(basis)]);
        Abandon(e => e with { BeginSent = committed, Committed = committed, Foreign = true });
        Assert.True(Assert.Single(await RecoverAsync(new EmptyVault(VaultOf))).Closed);
        Assert.Equal("virtnbdbackup.0", Assert.Single(_host.Domain.Checkpoints).Name);
        Assert.Equal("hide " + basis, _host.Domain.Calls[^1]);
    }

    [Fact]
    public async Task Recover_SomebodyElsesJobRuns_IsLeftAlone()
    {
        Abandon(e => e with { BeginSent = true });
        _host.Domain.RunningBackupSocket = "/other.sock";
        await RecoverAsync(new EmptyVault(VaultOf));
        Assert.Equal("/other.sock", _host.Domain.RunningBackupSocket);
    }

    [Fact]
    public void TakeAbandoned_TornEntry_IsReportedAndLeft()
    {
        Directory.CreateDirectory(_paths.Journal);
        var path = Path.Combine(_paths.Journal, "torn.json");
        File.WriteAllText(path, """{"job":"x","vmId""");
        var reported = new List<Failure>();
        Assert.Empty(JobJournal.TakeAbandoned(_paths.Journal, reported.Add));
        Assert.Equal(FailureCode.DataFolderUnusable, Assert.Single(reported).Code);
        Assert.True(File.Exists(path));
    }

    private sealed class ScriptsChannel(Action<string> finish) : IGuestChannel
    {
        public Task<FrozenResult<T>> WhileFrozenAsync<T>(
            FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct) =>
            throw new InvalidOperationException("a recovery freezes nothing");

        public Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) => throw new InvalidOperationException("a recovery checks nothing");

        public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct) => throw new InvalidOperationException("nobody waits here");

        public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct)
        {
            finish(token);
            return Task.FromResult<IReadOnlyList<ScriptRun>>([new(ScriptPhase.PostFreeze, "10-b", 0, 1, "")]);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static Guid VaultOf => new("00000000-0000-0000-0000-0000000000aa");

    private Task<IReadOnlyList<RecoveredJob>> RecoverAsync(EmptyVault? vault) =>
        new JournalRecovery(_paths, _host.ConnectAsync, TimeProvider.System).RunAsync(vault, f => Assert.Fail(f.ToString()), CancellationToken.None);

    private void Abandon(Func<JournalEntry, JournalEntry> state)
    {
        using var journal = Open();
        journal.Update(state);
    }

    private static Checkpoint Seen(string name) => new(name, null, DateTimeOffset.UnixEpoch, null);

    private JobJournal Open() => JobJournal.Open(_paths.Journal, new()
    {
        Job = "job1",
        VmId = _host.Domain.Id.ToString(),
        VmName = "web1",
        HostUri = "qemu:///system",
        VaultId = VaultOf.ToString(),
        Point = PointId.New(TimeProvider.System).ToString(),
        WorkFolder = Path.Combine(_paths.Run, "job1"),
        SocketPath = "/w/nbd.sock",
        Checkpoint = "stillpoint-x",
    });
}
