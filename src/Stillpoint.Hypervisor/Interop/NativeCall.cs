using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>
/// Runs calls into libvirt on threads of their own. A call that outlives its bound, or whose caller gives up, is left behind: it goes on in
/// the daemon and its effect cannot be recalled, but nobody here waits for it. Handles stay alive as long as the call uses them.
/// </summary>
internal sealed class NativeCall(string uri, TimeProvider clock)
{
    /// <summary>Longer than the 30 s for which libvirt itself waits for a busy domain, so that its own answer is what people read.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(45);

    public Task<T> RunAsync<T>(Stage stage, Func<T> body, CancellationToken ct) => RunAsync(stage, DefaultBound, body, ct);

    /// <exception cref="FailureException">What libvirt said, by code; HostUnreachable when there was no answer within the bound.</exception>
    public async Task<T> RunAsync<T>(Stage stage, TimeSpan bound, Func<T> body, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var call = Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await call.WaitAsync(bound, clock, ct).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw new FailureException(LibvirtFailures.From(e.Call, e.Error, stage, uri), e);
        }
        catch (TimeoutException e) when (!call.IsFaulted)
        {
            throw new FailureException(
                Failure.Of(FailureCode.HostUnreachable, stage, ("uri", uri)).CanRetry()
                    .With(new("libvirt", $"no answer within {bound.TotalSeconds:0} s")), e);
        }
    }
}
