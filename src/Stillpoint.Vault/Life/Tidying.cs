using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Life;

/// <summary>Forgotten points a collection takes, and those it has to leave.</summary>
/// <param name="Held">Their time is over by the clock, but not as much of it was seen to go by.</param>
internal sealed record Expired(IReadOnlyList<ForgottenMark> Taken, IReadOnlyList<ForgottenMark> InUse, IReadOnlyList<ForgottenMark> Held);

/// <summary>What a collection puts away before it looks at packs.</summary>
internal static class Tidying
{
    /// <returns>How many leases were taken away.</returns>
    public static async Task<int> LeasesAsync(VaultParts parts, CancellationToken ct)
    {
        var ended = (await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false)).Where(l => l.State != LeaseState.Live).ToList();
        foreach (var lease in ended) await LeaseList.DeleteAsync(parts.Store, lease.Id, ct).ConfigureAwait(false);
        return ended.Count;
    }

    /// <summary>Marks past their time. Read before the leases are: a job that took its lease later looks for the mark and sees it.</summary>
    /// <param name="tell">Whether to leave a sign that this time was seen.</param>
    public static async Task<Expired> FindExpiredAsync(VaultParts parts, bool now, bool tell, CancellationToken ct)
    {
        var time = await parts.Store.NowAsync(ct).ConfigureAwait(false);
        var marks = await ForgottenMarks.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
        var leases = await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
        var unknown = leases.Any(l => l is { Host: "?", State: LeaseState.Live }); // a lease that cannot be read may name any point
        var pinned = leases.Where(l => l.State == LeaseState.Live).SelectMany(l => new[] { l.Point, l.Base }).OfType<PointId>().Select(p => p.ToString()).ToHashSet();
        var seen = await SeenTime.ReadAsync(parts.Store, ct).ConfigureAwait(false);
        if (tell) await seen.TellAsync(parts, marks, time, ct).ConfigureAwait(false);
        var over = marks.Where(m => m.IsFence || now || time - m.Since >= VaultForget.Kept).ToLookup(m => m.IsFence || now || seen.Between(m.Since, time) >= VaultForget.Kept);
        var due = over[true].ToLookup(m => unknown || pinned.Contains(m.Manifest[(m.Manifest.LastIndexOf('/') + 1)..]));
        return new([.. due[false]], [.. due[true]], [.. over[false]]);
    }

    /// <summary>
    /// The manifest first: a mark without one hides nothing. Fencing marks stay. Who brings a point back deletes its mark, then looks for the fence; so either the
    /// mark is found gone here, or the fence there, even if this sleeps past its lease between two calls.
    /// </summary>
    public static async Task TakeAsync(VaultParts parts, Expired expired, CancellationToken ct)
    {
        foreach (var mark in expired.Taken)
        {
            if (mark.IsFence)
            {
                await parts.Store.DeleteAsync(mark.Manifest, ct).ConfigureAwait(false);
                continue;
            }
            var fence = await Fences.PutAsync(parts, mark.Manifest, ct).ConfigureAwait(false);
            if (await parts.Store.FindAsync(mark.Name, ct).ConfigureAwait(false) is not null)
            {
                await parts.Store.DeleteAsync(mark.Manifest, ct).ConfigureAwait(false);
                await parts.Store.DeleteAsync(mark.Name, ct).ConfigureAwait(false);
            }
            await parts.Store.DeleteAsync(fence, ct).ConfigureAwait(false);
        }
    }
}
