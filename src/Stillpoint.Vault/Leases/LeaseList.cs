using System.Globalization;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Leases;

internal static class LeaseList
{
    private const int Attempts = 50;

    /// <summary>
    /// Every lease with its state. One that cannot be read is told as of an unknown holder and binds for the default duration: it may be
    /// anybody's, but not for ever.
    /// </summary>
    public static async Task<IReadOnlyList<LeaseInfo>> ReadAsync(IBlobStore store, Keyring keys, CancellationToken ct)
    {
        // A lease renewed between being listed and being read is gone under its old name: look again, or it would be missed.
        for (var attempt = 1; ; attempt++)
        {
            var newest = await NewestAsync(store, ct).ConfigureAwait(false);
            if (newest.Count == 0) return [];
            var now = await store.NowAsync(ct).ConfigureAwait(false);
            var leases = new List<LeaseInfo>();
            foreach (var (id, (_, blob)) in newest)
                if (await ReadOneAsync(store, keys, id, blob, now, ct).ConfigureAwait(false) is { } lease) leases.Add(lease);
            if (leases.Count == newest.Count || attempt == Attempts) return leases;
        }
    }

    /// <summary>Takes a lease away: its holder cannot renew it any more and will not commit.</summary>
    public static async Task DeleteAsync(IBlobStore store, string id, CancellationToken ct)
    {
        await foreach (var blob in store.ListAsync(SealedKind.Lease.Folder, ct).ConfigureAwait(false))
            if (blob.Name.StartsWith($"{SealedKind.Lease.Folder}{id}-", StringComparison.Ordinal)) await store.DeleteAsync(blob.Name, ct).ConfigureAwait(false);
    }

    private static async Task<Dictionary<string, (long Number, BlobInfo Blob)>> NewestAsync(IBlobStore store, CancellationToken ct)
    {
        // Twice: one listing can miss a lease that is renewed while it goes on (the new name passed before it was put, the old one gone when reached).
        var newest = new Dictionary<string, (long Number, BlobInfo Blob)>();
        for (var listing = 0; listing < 2; listing++) await AddNewestAsync(store, newest, ct).ConfigureAwait(false);
        return newest;
    }

    private static async Task AddNewestAsync(IBlobStore store, Dictionary<string, (long Number, BlobInfo Blob)> newest, CancellationToken ct)
    {
        await foreach (var blob in store.ListAsync(SealedKind.Lease.Folder, ct).ConfigureAwait(false))
        {
            var text = blob.Name[SealedKind.Lease.Folder.Length..];
            var dash = text.LastIndexOf('-');
            if (dash < 0 || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) continue;
            if (!newest.TryGetValue(text[..dash], out var known) || known.Number < number) newest[text[..dash]] = (number, blob);
        }
    }

    private static async Task<LeaseInfo?> ReadOneAsync(IBlobStore store, Keyring keys, string id, BlobInfo blob, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            if (await SealedObject.ReadAsync(store, keys, SealedKind.Lease, blob.Name, ct).ConfigureAwait(false) is not { } payload) return null;
            var terms = LeaseTerms.Read(blob.Name, payload);
            // Nobody at work leaves a lease that far ahead for long: it is renewed by the clock as it is now. So one of a time that the clock has left binds nobody.
            var state = (now - blob.Written).Duration() > terms.Duration ? LeaseState.Expired : terms.Holder.IsCertainlyGone ? LeaseState.Dead : LeaseState.Live;
            return new(id, terms.Kind, state, terms.Point, terms.Base, terms.Holder.Host, terms.Holder.Pid, terms.Purpose, blob.Written, terms.Duration, terms.Begun);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
        {
            var state = (now - blob.Written).Duration() > LeaseTerms.DefaultDuration ? LeaseState.Expired : LeaseState.Live;
            return new(id, LeaseKind.Writer, state, null, null, "?", 0, blob.Name, blob.Written, LeaseTerms.DefaultDuration);
        }
    }
}
