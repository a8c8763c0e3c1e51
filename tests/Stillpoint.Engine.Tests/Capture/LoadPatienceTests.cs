using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

/// <summary>Waiting for a busy guest, with time that a test moves.</summary>
public sealed class LoadPatienceTests : IJobEvents
{
    private static readonly GuestLoad Busy = new(97, 0, 40), Calm = new(90, 20, 95);

    private readonly ManualClock _clock = new();
    private readonly FakeDomain _domain = new(new());
    private readonly Queue<GuestLoad?> _loads = [];
    private readonly List<JobEvent> _told = [];
    private readonly List<TimeSpan> _looks = [];
    private GuestLoad? _last;

    public LoadPatienceTests() => _domain.Channel = new LoadChannel(this);

    void IJobEvents.Publish(JobEvent jobEvent) => _told.Add(jobEvent);

    [Fact]
    public async Task Wait_CalmGuest_GoesOnAtOnce()
    {
        Assert.Null(await Patience(Calm).WaitAsync(CancellationToken.None));
        Assert.Equal([LoadPatience.FirstLook], _looks);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Wait_BusyForAMoment_LooksLongerAndGoesOn()
    {
        Assert.Null(await Patience(Busy, Calm).WaitAsync(CancellationToken.None));
        Assert.Equal([LoadPatience.FirstLook, LoadPatience.Look], _looks);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Wait_BusyAndThenCalm_SaysThatItWaitsAndGoesOn()
    {
        var patience = Patience(Busy, Busy, Busy, Calm);
        var waiting = patience.WaitAsync(CancellationToken.None);
        await PassAsync(2);
        Assert.Null(await waiting);
        var told = Assert.IsType<WaitingForGuest>(Assert.Single(_told));
        Assert.Equal((FailureCode.GuestUnderLoad, "load-cpu", "97", TimeSpan.FromMinutes(1)), (told.Why.Code, told.Why.Arguments["reason"], told.Why.Arguments["percent"], told.Patience));
        Assert.Equal(Calm, patience.Seen);
    }

    [Fact]
    public async Task Wait_BusyPastThePatience_SaysWhyAndForHowLong()
    {
        var waiting = Patience(Busy).WaitAsync(CancellationToken.None);
        await PassAsync(5);
        Assert.False(waiting.IsCompleted);
        await PassAsync(1);
        var why = await waiting;
        Assert.Equal((FailureCode.GuestUnderLoad, "1", true), (why!.Code, why.Arguments["minutes"], why.Retryable));
        Assert.Contains(why.Evidence, e => e.Text == "guest.cpu-percent = 97");
    }

    [Fact]
    public async Task Wait_WithoutPatience_DoesNotWait()
    {
        var why = await Patience(TimeSpan.Zero, false, Busy).WaitAsync(CancellationToken.None);
        Assert.Equal("0", why!.Arguments["minutes"]);
    }

    [Fact]
    public async Task Wait_DespiteLoad_DoesNotLook()
    {
        Assert.Null(await Patience(TimeSpan.FromMinutes(1), true, Busy).WaitAsync(CancellationToken.None));
        Assert.Empty(_looks);
    }

    [Fact]
    public async Task Wait_GuestThatDoesNotTell_GoesOn()
    {
        Assert.Null(await Patience((GuestLoad?)null).WaitAsync(CancellationToken.None));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Wait_Cancelled_EndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = Patience(Busy).WaitAsync(cancel.Token);
        await _clock.TimerArmedAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(90, 20, 99, false)]
    [InlineData(91, 0, 10, true)]
    [InlineData(5, 21, 10, true)]
    [InlineData(5, null, 91, true)]
    [InlineData(5, null, 90, false)]
    [InlineData(null, null, null, false)]
    public void TooMuch_OfALoad_IsCpuOrMemoryPressure(int? cpu, int? pressure, int? memory, bool tooMuch) =>
        Assert.Equal(tooMuch, new GuestLoad(cpu, pressure, memory).TooMuch);

    private LoadPatience Patience(params GuestLoad?[] loads) => Patience(TimeSpan.FromMinutes(1), false, loads);

    private LoadPatience Patience(TimeSpan patience, bool despite, params GuestLoad?[] loads)
    {
        foreach (var load in loads) _loads.Enqueue(load);
        var policy = CapturePolicy.Default with { Patience = patience };
        return new(_domain, new(JobId.New(_clock), _domain.Name, policy, new HashSet<string>()) { DespiteLoad = despite }, this, _clock);
    }

    private async Task PassAsync(int pauses)
    {
        for (var i = 0; i < pauses; i++)
        {
            await _clock.TimerArmedAsync();
            _clock.Advance(LoadPatience.Pause);
        }
    }

    private sealed class LoadChannel(LoadPatienceTests test) : IGuestChannel
    {
        public Task<GuestLoad?> MeasureLoadAsync(TimeSpan over, CancellationToken ct)
        {
            test._looks.Add(over);
            if (test._loads.TryDequeue(out var next)) test._last = next;
            return Task.FromResult(test._last);
        }

        public Task<FrozenResult<T>> WhileFrozenAsync<T>(
            FreezeRequest request, IFreezeWatch watch, Func<CancellationToken, Task<T>> begin, CancellationToken ct) => throw new InvalidOperationException("nothing is frozen here");

        public Task<FreezeCheck> CheckAsync(FreezeRequest request, CancellationToken ct) => throw new InvalidOperationException("nothing is checked here");

        public Task<IReadOnlyList<ScriptRun>> FinishScriptsAsync(string token, CancellationToken ct) => throw new InvalidOperationException("no scripts here");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
