using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Stillpoint.Engine.Capture;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Workers;

/// <summary>The owner's end of a worker: starts it, hears it, cancels it, kills it if that does not help.</summary>
internal sealed class WorkerProcess(WorkerCommand command, TimeSpan cancelPatience, TimeProvider clock) : ICapture
{
    private const int LastWords = 20;

    private readonly Queue<string> _words = [];
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CaptureResult? _done;
    private Failure? _failed, _notSaved;
    private Process? _process;
    private Task _ended = Task.CompletedTask;
    private CancellationTokenRegistration _cancelling;
    private RecoveryPoint? _committed;
    private VaultId _vault;
    private bool _killed;

    /// <summary>It ended, or was ended, before it could clean up: its journal entry says what is open.</summary>
    public bool WasLost { get; private set; }

    public CaptureResult Result => _done!;

    /// <summary>Starts it; it opens vault and host, and waits for its order. One that gets none ends with its input, <see cref="Abandon"/>ed or orphaned.</summary>
    /// <exception cref="FailureException">WorkerLost: no such program.</exception>
    public void Begin(WorkerStart start)
    {
        _process = Start();
        Send(_process, JsonSerializer.SerializeToUtf8Bytes(start, WorkerJson.Default.WorkerStart));
    }

    /// <summary>There will be no order.</summary>
    public void Abandon()
    {
        using var process = _process;
        if (process is not null) Close(process);
    }

    /// <summary>Returns when the point is there. The worker waits then: for the order to save the catalog, or for the end.</summary>
    /// <exception cref="FailureException">The worker's own failure; WorkerLost; Cancelled, where the worker was killed for not ending.</exception>
    public async Task<ICapture> RunAsync(WorkerOrder order, IJobEvents events, CancellationToken ct)
    {
        var process = _process ?? throw new InvalidOperationException("not begun");
        var errors = ReadErrorsAsync(process);
        var warnings = new List<Failure>();
        var reading = Task.Run(() => ReadAsync(process, new Warned(events, warnings)), CancellationToken.None);
        Send(process, JsonSerializer.SerializeToUtf8Bytes(order, WorkerJson.Default.WorkerOrder));
        // After the order, or the cancel would be taken for it. One that came before is told at once.
        _cancelling = ct.UnsafeRegister(_ => Tell(process, WorkerOrder.Cancel), null);
        _ended = EndAsync(process, reading, errors, ct);
        await Task.WhenAny(_told.Task, _ended);
        if (_done is not null) return this;
        await _ended;
        if (_done is not null) return this;
        // One that told its failure and did not end by itself had more to undo.
        WasLost = _failed is null || _killed || process.ExitCode != 0;
        var lost = Lost(process);
        // The worker is gone, the point is not: what its release left is for the next start.
        if (_committed is { } point)
        {
            _done = new(point, [.. warnings, _failed ?? lost], _vault);
            return this;
        }
        if (_failed is not null) throw new FailureException(_failed);
        throw new FailureException(_killed && ct.IsCancellationRequested
            ? Failure.Of(FailureCode.Cancelled, Stage.Input).With(new("worker", "killed: it did not end when asked"))
            : lost);
    }

    public async Task SaveCatalogAsync(Guid owner, CancellationToken ct)
    {
        Tell(_process!, $"{WorkerOrder.Save}{owner}");
        try
        {
            await Task.WhenAny(_saved.Task, _ended).WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            _process!.Kill(); // all it had to undo is done
            throw;
        }
        if (!_saved.Task.IsCompleted) throw new FailureException(_failed ?? Lost(_process!));
        if (_notSaved is not null) throw new FailureException(_notSaved);
    }

    /// <summary>The end of its input tells the worker that nothing is wanted of it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cancelling.DisposeAsync();
        if (_process is null) return;
        Close(_process);
        await WithinPatienceAsync(_process, _ended);
        await _ended;
        _process.Dispose();
    }

    private Process Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo(command.Program, command.Arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new FailureException(Failure.Of(FailureCode.WorkerLost, Stage.Input, ("program", command.Program)).With(new("worker", e.Message)), e);
        }
    }

    /// <summary>Returns once the worker has ended: by itself, or killed when it was cancelled and did not.</summary>
    private async Task EndAsync(Process process, Task reading, Task errors, CancellationToken ct)
    {
        try
        {
            await reading.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await WithinPatienceAsync(process, reading);
        }
        // One that has said its last word may still hang in closing a vault that does not answer.
        await WithinPatienceAsync(process, process.WaitForExitAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAll(reading, errors);
    }

    private async Task WithinPatienceAsync(Process process, Task end)
    {
        using var patience = new CancellationTokenSource(cancelPatience, clock);
        try
        {
            await end.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _killed = true;
            // Not its children: the warden must live.
            process.Kill();
        }
    }

    private async Task ReadAsync(Process process, IJobEvents events)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } text)
        {
            try
            {
                var line = JsonSerializer.Deserialize(text, WorkerJson.Default.WorkerLine)!;
                if (line.Vault is { } id) _vault = new(id);
                if (line.Committed is { } committed) _committed = committed.Point;
                if (line.Done is not null)
                {
                    _done ??= line.Done;
                    _told.TrySetResult();
                }
                _failed ??= line.Failed;
                _notSaved ??= line.NotSaved;
                if (line.Saved is not null || line.NotSaved is not null) _saved.TrySetResult();
                if (line.Event() is { } told) events.Publish(told);
            }
            catch (JsonException)
            {
                // A library's own print, or a line that the worker's end cut off.
                Remember(text);
            }
        }
    }

    private async Task ReadErrorsAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } text) Remember(text);
    }

    private void Remember(string text)
    {
        lock (_words)
        {
            _words.Enqueue(text);
            if (_words.Count > LastWords) _words.Dequeue();
        }
    }

    /// <summary>Past the writer and its buffer: what holds the secret is wiped when it is sent.</summary>
    private static void Send(Process process, byte[] line)
    {
        try
        {
            lock (process)
            {
                process.StandardInput.BaseStream.Write(line);
                process.StandardInput.BaseStream.Write("\n"u8);
                process.StandardInput.BaseStream.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended; its exit code says the rest.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }

    private static void Tell(Process process, string line)
    {
        try
        {
            lock (process)
            {
                process.StandardInput.WriteLine(line);
                process.StandardInput.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended; its exit code says the rest.
        }
    }

    private static void Close(Process process)
    {
        try
        {
            lock (process) process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private Failure Lost(Process process)
    {
        var lost = Failure.Of(FailureCode.WorkerLost, Stage.Input, ("program", command.Program))
            .With(new("exit code", process.ExitCode.ToString(CultureInfo.InvariantCulture))).CanRetry();
        lock (_words) return _words.Count == 0 ? lost : lost.With(new("worker", string.Join('\n', _words)));
    }

    /// <summary>Keeps the warnings for an outcome that the worker can no longer tell.</summary>
    private sealed class Warned(IJobEvents next, List<Failure> warnings) : IJobEvents
    {
        public void Publish(JobEvent jobEvent)
        {
            if (jobEvent is WarningRaised raised) warnings.Add(raised.Warning);
            next.Publish(jobEvent);
        }
    }
}
