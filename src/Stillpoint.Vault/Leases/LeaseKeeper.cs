using System.Globalization;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Leases;

/// <summary>Holds one lease and renews it every fifth of its duration until disposed.</summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly IBlobStore _store;
    private readonly Keyring _keys;
    private readonly LeaseTerms _terms;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private Task _loop = Task.CompletedTask;
    private long _number;
    private bool _lost;
    private string? _current;

    private LeaseKeeper(IBlobStore store, Keyring keys, LeaseTerms terms, TimeProvider clock) =>
        (_store, _keys, _terms, _clock, Id) = (store, keys, terms, clock, Ulid.New(clock).ToString());

    public string Id { get; }

    /// <summary>Takes the lease, then looks whether exclusive work (or, for an exclusive one, any work) is under way: then it is given back.</summary>
    /// <exception cref="FailureException">VaultBusy, naming the holder; the store's failures.</exception>
    public static async Task<LeaseKeeper> TakeAsync(IBlobStore store, Keyring keys, LeaseTerms terms, TimeProvider clock, CancellationToken ct)
    {
        var keeper = new LeaseKeeper(store, keys, terms with { Begun = await store.NowAsync(ct).ConfigureAwait(false) }, clock);
        await keeper.RenewAsync(ct).ConfigureAwait(false);
        var others = await LeaseList.ReadAsync(store, keys, ct).ConfigureAwait(false);
        var blocking = others.FirstOrDefault(l =>
            l.State == LeaseState.Live && l.Id != keeper.Id
            && (l.Kind == LeaseKind.Exclusive || terms.Kind == LeaseKind.Exclusive || (l.Kind == LeaseKind.Collector && terms.Kind == LeaseKind.Collector)));
        if (blocking is not null)
        {
            await keeper.DisposeAsync().ConfigureAwait(false);
            throw Busy(blocking);
        }
        keeper._loop = keeper.KeepAsync();
        return keeper;
    }

    public static FailureException Busy(LeaseInfo holder) => new(Failure.Of(
        FailureCode.VaultBusy, Stage.Vault, ("host", holder.Host), ("pid", holder.ProcessId.ToString(CultureInfo.InvariantCulture)),
        ("purpose", holder.Purpose)).CanRetry());

    /// <exception cref="FailureException">VaultLeaseLost: it was not renewed in time, or somebody deleted it.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        var now = await _store.NowAsync(ct).ConfigureAwait(false);
        await _renewing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var info = await _store.FindAsync(_current!, ct).ConfigureAwait(false);
            if (_lost || info is null || IsOver(info.Value.Written, now))
                throw new FailureException(Failure.Of(FailureCode.VaultLeaseLost, Stage.Commit, ("lease", Id)).CanRetry());
        }
        finally
        {
            _renewing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        if (_current is not null) await TryDeleteAsync(_current).ConfigureAwait(false);
    }

    private async Task TryDeleteAsync(string name)
    {
        try
        {
            await _store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FailureException)
        {
            // A lease that cannot be deleted expires by itself; what the holder did is not undone by that.
        }
    }

    private async Task KeepAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_terms.Duration / 5, _clock, _stop.Token).ConfigureAwait(false);
                await TryRenewAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // disposed
        }
    }

    private async Task TryRenewAsync()
    {
        try
        {
            await RenewAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (FailureException)
        {
            // Tried again at the next tick; if that goes on for too long CheckAsync sees the lease expired before anything is committed.
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        await _renewing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // An expired lease is not revived: others may have acted on its end.
            if (_current is not null && await IsLostAsync(ct).ConfigureAwait(false)) return;
            var name = $"{SealedKind.Lease.Folder}{Id}-{(++_number).ToString(CultureInfo.InvariantCulture)}";
            try
            {
                await _store.TryPutAsync(name, [SealedObject.Seal(_keys, SealedKind.Lease, name, _terms.Write())], ct).ConfigureAwait(false);
            }
            catch (FailureException)
            {
                // It may be there all the same, and nobody would ever put it away.
                await TryDeleteAsync(name).ConfigureAwait(false);
                throw;
            }
            (var before, _current) = (_current, name);
            if (before is null) return;
            // Deleted between the look above and the put: somebody called this lease ended and acts on it. The new object must not revive it.
            if (await _store.FindAsync(before, ct).ConfigureAwait(false) is null)
            {
                _lost = true;
                await _store.DeleteAsync(name, ct).ConfigureAwait(false);
                return;
            }
            await _store.DeleteAsync(before, ct).ConfigureAwait(false);
        }
        finally
        {
            _renewing.Release();
        }
    }

    private async Task<bool> IsLostAsync(CancellationToken ct) =>
        _lost || await _store.FindAsync(_current!, ct).ConfigureAwait(false) is not { } info
        || IsOver(info.Written, await _store.NowAsync(ct).ConfigureAwait(false));

    /// <summary>
    /// With the clock set back others take the lease for ended until it is renewed. Beside a writer or a reader that is bearable (who acts on it deletes the lease);
    /// who must be alone is not any more.
    /// </summary>
    private bool IsOver(DateTimeOffset renewed, DateTimeOffset now) =>
        now - renewed > _terms.Duration || (_terms.Kind is LeaseKind.Exclusive or LeaseKind.Collector && renewed - now > _terms.Duration);
}
