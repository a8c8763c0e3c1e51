using System.Runtime.InteropServices;

namespace Stillpoint.Cli.Session;

/// <summary>
/// The first Ctrl-C, SIGTERM or SIGHUP cancels, cleanly; the second one is for whoever listens to it, else it does what the system does with it: ends the
/// program at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly Action _told;
    private readonly SecondSignal? _second;
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="told">Called at the first signal, to say what happens.</param>
    public Interruption(Action told, SecondSignal? second = null)
    {
        _told = told;
        _second = second;
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
        if (_source.IsCancellationRequested)
        {
            signal.Cancel = _second?.Tell() == true;
            return;
        }
        signal.Cancel = true;
        _told();
        _ = _source.CancelAsync();
    }
}
