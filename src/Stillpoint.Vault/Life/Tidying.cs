using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Life;

/// <summary>Forgotten points a collection takes, and those it has to leave.</summary>
internal sealed record Expired(IReadOnlyList<ForgottenMark> Taken, IReadOnlyList<ForgottenMark> InUse);

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
    public static async Task<Expired> FindExpiredAsync(VaultParts parts, bool now, CancellationToken ct)
    {
        var time = await parts.Store.NowAsync(ct).ConfigureAwait(false);
        var marks = await ForgottenMarks.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
        var leases = await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
        var unknown = leases.Any(l => l is { Host: "?", State: LeaseState.Live }); // a lease that cannot be read may name any point
        var pinned = leases.Where(l => l.State == LeaseState.Live).SelectMany(l => new[] { l.Point, l.Base }).OfType<PointId>().Select(p => p.ToString()).ToHashSet();
        var due = marks.Where(m => m.IsFence || now || time - m.Since >= VaultForget.Kept)
            .ToLookup(m => unknown || pinned.Contains(m.Manifest[(m.Manifest.LastIndexOf('/') + 1)..]));
        return new([.. due[false]], [.. due[true]]);
    }

    /// <summary>The manifest first: a mark without one hides nothing. Fencing marks stay.</summary>
    public static async Task TakeAsync(VaultParts parts, Expired expired, CancellationToken ct)
    {
        foreach (var mark in expired.Taken)
        {
            await parts.Store.DeleteAsync(mark.Manifest, ct).ConfigureAwait(false);
            if (!mark.IsFence) await parts.Store.DeleteAsync(mark.Name, ct).ConfigureAwait(false);
        }
    }
}
