using Stillpoint.Model;

namespace Stillpoint.Fabric.Snapshots;

/// <summary>
/// One snapshot of one VM: the meeting of a guest that waits and a host that answers. Each call of the guest is taken once. Any call may come beside any other.
/// </summary>
internal sealed class SnapshotTicket(VmId vm, SnapshotRequest request, DateTimeOffset expires)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<SnapshotAnswer> _word = Completion(), _answer = Completion();
    private TaskCompletionSource<SnapshotAnswer> _changed = Completion();
    private SnapshotView _view = new(1, SnapshotStage.Open, null);
    private bool _closed;

    public VmId Vm => vm;

    public string Task => request.Task;

    public IReadOnlyList<string> Disks => request.Disks;

    public DateTimeOffset Expires => expires;

    public SnapshotView View
    {
        get
        {
            lock (_lock) return _view;
        }
    }

    /// <summary>The guest is ready. Null: it has called before, or may not any more.</summary>
    public Task<SnapshotAnswer>? Prepare() => TryMove(SnapshotStage.Open, SnapshotStage.Preparing) ? _word.Task : null;

    /// <summary>The guest is frozen. Null: out of turn.</summary>
    public Task<SnapshotAnswer>? Ask() => TryMove(SnapshotStage.Prepared, SnapshotStage.Asking) ? _answer.Task : null;

    /// <summary>The answer to come, for whoever asks for another disk of the same snapshot.</summary>
    public Task<SnapshotAnswer> Pending => _answer.Task;

    /// <summary>The guest does not wait any more for what it asked.</summary>
    public void Leave(SnapshotStage from) => TryMove(from, SnapshotStage.Left);

    /// <returns>False: nobody waits for this.</returns>
    public bool Answer(SnapshotAnswer answer)
    {
        var from = answer.To;
        var to = !answer.Good ? SnapshotStage.Left : from is SnapshotStage.Preparing ? SnapshotStage.Prepared : SnapshotStage.Answered;
        if (from is not (SnapshotStage.Preparing or SnapshotStage.Asking) || !TryMove(from, to)) return false;
        return (from is SnapshotStage.Preparing ? _word : _answer).TrySetResult(answer);
    }

    /// <summary>The first one counts.</summary>
    public bool TryReport(GuestReport report)
    {
        lock (_lock)
        {
            if (_view.Report is not null) return false;
            Change(_view with { Report = report });
            return true;
        }
    }

    public void Close()
    {
        lock (_lock) _closed = true;
        _word.TrySetResult(new(SnapshotStage.Preparing, false, "closed"));
        _answer.TrySetResult(new(SnapshotStage.Asking, false, "closed"));
    }

    /// <summary>As soon as something is newer than <paramref name="after"/>, or the wait is over.</summary>
    public async Task<SnapshotView> WatchAsync(long after, TimeSpan wait, TimeProvider clock, CancellationToken ct)
    {
        Task changed;
        lock (_lock)
        {
            if (_view.Version > after) return _view;
            changed = _changed.Task;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await System.Threading.Tasks.Task.WhenAny(changed, System.Threading.Tasks.Task.Delay(wait, clock, stop.Token));
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return View;
    }

    private bool TryMove(SnapshotStage from, SnapshotStage to)
    {
        lock (_lock)
        {
            if (_closed || _view.Stage != from) return false;
            Change(_view with { Stage = to });
            return true;
        }
    }

    private void Change(SnapshotView view)
    {
        _view = view with { Version = _view.Version + 1 };
        var changed = _changed;
        _changed = Completion();
        changed.TrySetResult(null!);
    }

    private static TaskCompletionSource<SnapshotAnswer> Completion() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
