using System.Globalization;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>
/// Shows a job while it runs, on standard error: one line drawn over on a terminal, a plain line every few seconds in a pipe, nothing with
/// <c>--json</c> or <c>--quiet</c>. Events only set fields; one loop draws.
/// </summary>
internal sealed class ProgressView : IJobEvents, IAsyncDisposable
{
    public static readonly TimeSpan TerminalPeriod = TimeSpan.FromMilliseconds(200), PipePeriod = TimeSpan.FromSeconds(5);
    private const int BarWidth = 24;

    private readonly Lock _gate = new();
    private readonly CliWorld _world;
    private readonly LocalTexts _texts;
    private readonly bool _silent;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private readonly TransferRate _rate = new();
    private Func<string>? _text;
    private DateTimeOffset _started;
    private bool _drawn;

    public ProgressView(Invocation invocation)
    {
        _world = invocation.World;
        _texts = invocation.Texts;
        _silent = invocation.Json || invocation.Line.Has("quiet");
        _drawing = _silent ? Task.CompletedTask : DrawAsync();
    }

    public void Publish(JobEvent jobEvent)
    {
        if (_silent) return;
        lock (_gate)
        {
            switch (jobEvent)
            {
                case SubTaskStarted e:
                    (_started, _text) = (e.At, null);
                    _rate.Reset();
                    Line(_texts.Of("progress.started", ("task", _texts.SubTask(e.SubTask))));
                    break;
                case WaitingForGuest e:
                    Line(_texts.Of("progress.waiting", ("why", _texts.Failure(e.Why)), ("time", e.Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture))));
                    break;
                case InterruptedJobCleared e:
                    Line(_texts.Of("recovered.cleaned", ("job", e.Interrupted), ("vm", e.VmName)));
                    break;
                case Progressed e:
                    _rate.Add(e.At, e.DoneBytes);
                    _text = () => TextOf(e);
                    break;
                case SubTaskFinished e:
                    var seconds = (e.At - _started).TotalSeconds.ToString(CultureInfo.InvariantCulture);
                    _text = null;
                    Line(_texts.Of(e.Failure is null ? "progress.finished" : "progress.failed", ("task", _texts.SubTask(e.SubTask)), ("time", seconds)));
                    break;
            }
        }
    }

    /// <summary>For work that is no job and whose end is not known: the bytes done so far.</summary>
    /// <returns>Takes the bytes done since its last call, from any thread.</returns>
    public Action<long> Counting(string task)
    {
        var counted = 0L;
        return bytes =>
        {
            if (_silent) return;
            lock (_gate)
            {
                counted += bytes;
                _rate.Add(_world.Clock.GetUtcNow(), counted);
                _text = () => _texts.Of("progress.count", ("task", task), ("done", $"{counted}"), ("rate", $"{(long)_rate.BytesPerSecond}"));
            }
        };
    }

    /// <summary>For work that is no job and counts something else than bytes. Made into words only when it is drawn.</summary>
    public void Set(Func<string> text)
    {
        if (_silent) return;
        lock (_gate) _text = text;
    }

    /// <summary>Stops drawing and leaves the line clean.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _drawing;
        lock (_gate) Clear();
        _end.Dispose();
    }

    private async Task DrawAsync()
    {
        using var timer = new PeriodicTimer(_world.ErrorIsTerminal ? TerminalPeriod : PipePeriod, _world.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                lock (_gate)
                {
                    if (_text is { } text) Draw(text());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job is over.
        }
    }

    private string TextOf(Progressed p)
    {
        var share = p.TotalBytes <= 0 ? 0 : Math.Clamp((double)p.DoneBytes / p.TotalBytes, 0, 1);
        var rate = _rate.BytesPerSecond;
        var left = rate > 0 ? ((p.TotalBytes - p.DoneBytes) / rate).ToString(CultureInfo.InvariantCulture) : "?";
        var full = (int)(share * BarWidth);
        return _texts.Of(
            _world.ErrorIsTerminal ? "progress.live" : "progress.line", ("task", _texts.SubTask(p.SubTask)),
            ("bar", new string('█', full) + new string('░', BarWidth - full)), ("percent", $"{(int)(share * 100)}"), ("done", $"{p.DoneBytes}"),
            ("total", $"{p.TotalBytes}"), ("rate", $"{(long)rate}"), ("left", left));
    }

    private void Draw(string text)
    {
        if (!_world.ErrorIsTerminal)
        {
            _world.Error.WriteLine(text);
            return;
        }
        // Some terminals do not know their width and say 0.
        var width = _world.TerminalWidth() is > 0 and var columns ? columns : 80;
        _world.Error.Write("\r" + DisplayWidth.Fit(text, Math.Max(20, width - 1)) + "\e[K");
        _drawn = true;
    }

    private void Line(string text)
    {
        Clear();
        _world.Error.WriteLine(text);
    }

    private void Clear()
    {
        if (_drawn) _world.Error.Write("\r\e[K");
        _drawn = false;
    }
}
