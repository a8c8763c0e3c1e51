using Stillpoint.Model;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Life;

/// <summary>
/// How much time went by as far as anybody was there to see it. A clock that jumps ahead looks like a long stretch in which nothing was written to the vault; so
/// no stretch counts for more than a week, and one jump, however far, leaves a forgotten point a week of its time at least. Collections leave
/// <c>seen/</c> objects where nothing else is written.
/// </summary>
internal sealed class SeenTime
{
    public static readonly TimeSpan LongestStretch = TimeSpan.FromDays(7);
    private static readonly TimeSpan Often = TimeSpan.FromDays(1);
    private static readonly string[] Witnesses = [SealedKind.Manifest.Folder, SealedKind.Forgotten.Folder, Index.IndexFormat.Folder, SealedKind.Seen.Folder];
    private readonly List<DateTimeOffset> _times = [];

    public static async Task<SeenTime> ReadAsync(IBlobStore store, CancellationToken ct)
    {
        var seen = new SeenTime();
        foreach (var folder in Witnesses)
            await foreach (var blob in store.ListAsync(folder, ct).ConfigureAwait(false)) seen._times.Add(blob.Written);
        seen._times.Sort();
        return seen;
    }

    public TimeSpan Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (seen, last) = (TimeSpan.Zero, from);
        foreach (var time in _times.Where(t => t > from && t < to).Append(to))
        {
            seen += time - last < LongestStretch ? time - last : LongestStretch;
            last = time;
        }
        return seen;
    }

    /// <summary>Says that this collection saw this time, if a forgotten point waits for it and nothing else tells; drops what no forgotten point waits for.</summary>
    public async Task TellAsync(VaultParts parts, IReadOnlyList<ForgottenMark> marks, DateTimeOffset now, CancellationToken ct)
    {
        var waiting = marks.Where(m => !m.IsFence).Select(m => m.Since).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        var old = new List<string>();
        await foreach (var blob in parts.Store.ListAsync(SealedKind.Seen.Folder, ct).ConfigureAwait(false))
            if (blob.Written < waiting) old.Add(blob.Name);
        foreach (var name in old) await parts.Store.DeleteAsync(name, ct).ConfigureAwait(false);
        if (waiting == DateTimeOffset.MaxValue || _times.Exists(t => t <= now && now - t < Often)) return;
        var seen = SealedKind.Seen.Folder + Ulid.New(parts.Clock);
        await parts.Store.TryPutAsync(seen, [SealedObject.Seal(parts.Keys, SealedKind.Seen, seen, [0])], ct).ConfigureAwait(false);
    }
}
