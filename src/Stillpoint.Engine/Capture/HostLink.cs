using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// The job's way to its VM. A restarted libvirtd closes every connection but keeps the backup job: whoever must still talk to it gets a
/// new connection, within a bound.
/// </summary>
internal sealed class HostLink : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly IHypervisorHost _own;
    private readonly TimeProvider _clock;
    private IHypervisorHost _host;
    private IDomain _domain;
    private bool _gaveUp;

    public HostLink(IHypervisorHost host, IDomain domain, TimeProvider clock) => (_own, _host, _domain, _clock) = (host, host, domain, clock);

    /// <exception cref="FailureException">HostUnreachable or HostConnectionLost once the bound has passed.</exception>
    public async Task<IDomain> DomainAsync(CancellationToken ct)
    {
        if (_host.IsAlive) return _domain;
        var started = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                var another = await _own.OpenAnotherAsync(ct);
                var domain = await another.FindDomainAsync(_domain.Id.ToString(), ct);
                await DisposeAsync();
                (_host, _domain) = (another, domain);
                return domain;
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.HostUnreachable or FailureCode.HostConnectionLost)
            {
                // Waited for once: whoever asks after that gets one try.
                if (_gaveUp || _clock.GetElapsedTime(started) >= Bound)
                {
                    _gaveUp = true;
                    throw;
                }
            }
            await Task.Delay(Pause, _clock, ct);
        }
    }

    /// <summary>Closes what was opened here; the job's own connection is its owner's.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ReferenceEquals(_host, _own)) return;
        await _host.DisposeAsync();
        _host = _own;
    }
}
