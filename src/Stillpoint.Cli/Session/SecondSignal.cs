namespace Stillpoint.Cli.Session;

/// <summary>
/// The second Ctrl-C. Whoever only watches work of another process listens for it, to leave that work alone; where nobody listens it ends the program.
/// Safe for many threads; one listens at a time.
/// </summary>
internal sealed class SecondSignal
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _listening;

    public Listener Listen()
    {
        lock (_gate) return new(this, _listening = new());
    }

    /// <returns>False: nobody listens.</returns>
    public bool Tell()
    {
        lock (_gate)
        {
            if (_listening is null) return false;
            _ = _listening.CancelAsync();
            return true;
        }
    }

    internal sealed class Listener(SecondSignal signal, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Cancelled by the second signal.</summary>
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            lock (signal._gate) signal._listening = null;
        }
    }
}
