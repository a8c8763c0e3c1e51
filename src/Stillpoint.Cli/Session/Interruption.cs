using System.Runtime.InteropServices;

namespace Stillpoint.Cli.Session;

/// <summary>
/// The first Ctrl-C, SIGTERM or SIGHUP cancels, cleanly; the second one does what the system does with it: ends the program at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly Action _told;
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="told">Called at the first signal, to say what happens.</param>
    public Interruption(Action told)
    {
        _told = told;
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, OnSignal))];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested) return;
        signal.Cancel = true;
        _told();
        _ = _source.CancelAsync();
    }
}
