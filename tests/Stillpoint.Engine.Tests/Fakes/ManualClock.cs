namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>Time that moves only when a test says so. <see cref="TimerArmedAsync"/> is the barrier: the code under test waits for time.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock) return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero) + _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            var timer = new ManualTimer(this, callback, state, _now + dueTime);
            if (dueTime != Timeout.InfiniteTimeSpan) _timers.Add(timer);
            _armed.TrySetResult();
            return timer;
        }
    }

    public async Task TimerArmedAsync()
    {
        Task armed;
        lock (_lock)
        {
            if (_timers.Count > 0) return;
            if (_armed.Task.IsCompleted) _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            armed = _armed.Task;
        }
        await armed.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_lock)
        {
            _now += by;
            due = [.. _timers.Where(t => t.Due <= _now)];
            _timers.RemoveAll(t => t.Due <= _now);
        }
        foreach (var timer in due) timer.Fire();
    }

    private void Remove(ManualTimer timer)
    {
        lock (_lock) _timers.Remove(timer);
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
