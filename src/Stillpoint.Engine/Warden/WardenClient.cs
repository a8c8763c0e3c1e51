using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Channels;
using Stillpoint.Model;

namespace Stillpoint.Engine.Warden;

/// <summary>The owner's end of a warden: starts it, tells it, hears it. A warden that is lost before a freeze means no freeze.</summary>
public sealed class WardenClient : IAsyncDisposable
{
    /// <summary>Start of a .NET process and its libvirt connection on a loaded host; and any answer to a line.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource<string> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _dismissed;

    private WardenClient(Process process, TimeProvider clock)
    {
        _process = process;
        _clock = clock;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The warden thawed the guest itself: the limit had passed.</summary>
    public bool ThawedAtLimit { get; private set; }

    /// <summary>Completes with the warden's word when it aborted our job.</summary>
    public Task<string> Aborted => _aborted.Task;

    /// <summary>Completes when it has ended although it was not dismissed.</summary>
    public Task Lost => _lost.Task;

    /// <exception cref="FailureException">WardenLost, with the warden's last words.</exception>
    public static async Task<WardenClient> StartAsync(WardenCommand command, WardenOrder order, TimeProvider clock, CancellationToken ct)
    {
        var start = new ProcessStartInfo(command.Program, [.. command.Arguments, .. order.ToArguments()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        WardenClient client;
        try
        {
            client = new(Process.Start(start)!, clock);
        }
        catch (Win32Exception e)
        {
            throw IsLost(e.Message);
        }
        try
        {
            await client.AwaitAsync(WardenMessages.Ready, ct);
            return client;
        }
        catch (Exception e) when (e is FailureException or OperationCanceledException)
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns once the warden's clock runs.</summary>
    public async Task FreezingAsync(CancellationToken ct)
    {
        Tell(WardenMessages.Freezing, required: true);
        await AwaitAsync(WardenMessages.Noted, ct);
    }

    public void Thawed() => Tell(WardenMessages.Thawed, required: false);

    /// <summary>Returns once the warden watches over the job that is about to begin.</summary>
    public async Task JobBeginsAsync(CancellationToken ct)
    {
        Tell(WardenMessages.JobBegins, required: true);
        await AwaitAsync(WardenMessages.Noted, ct);
    }

    public void JobReleased() => Tell(WardenMessages.JobReleased, required: false);

    /// <summary>Dismisses the warden. If something is still open it stays until it has closed it; then nobody waits for it here.</summary>
    public async ValueTask DisposeAsync()
    {
        _dismissed = true;
        Tell(WardenMessages.Goodbye, required: false);
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(2), _clock);
            await _reading;
        }
        catch (TimeoutException)
        {
        }
        _process.Dispose();
    }

    private void Tell(string line, bool required)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            if (required) throw IsLost(e.Message);
        }
    }

    private async Task AwaitAsync(string expected, CancellationToken ct)
    {
        using var bound = new CancellationTokenSource(Bound, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, bound.Token);
        try
        {
            var answer = await _answers.Reader.ReadAsync(either.Token);
            if (answer != expected) throw IsLost(answer);
        }
        catch (ChannelClosedException)
        {
            throw IsLost("it ended");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw IsLost($"no answer in {Bound.TotalSeconds} s");
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case WardenMessages.ThawedAtLimit: ThawedAtLimit = true; break;
                case WardenMessages.AbortedScratch or WardenMessages.AbortedPaused: _aborted.TrySetResult(line); break;
                default: _answers.Writer.TryWrite(line); break;
            }
        }
        if (!_dismissed) _lost.TrySetResult();
        _answers.Writer.TryComplete();
    }

    private static FailureException IsLost(string words) =>
        new(Failure.Of(FailureCode.WardenLost, Stage.Preflight).With(new("warden", words)).CanRetry());
}
