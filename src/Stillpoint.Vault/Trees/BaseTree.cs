using Stillpoint.Model;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>
/// The tree that a new one is written on. Once one of its pages cannot be read it is not asked any more: the page is recorded as damaged, so that it is stored again
/// if it comes again, and the new tree must be put whole. For callers on a thread that may wait.
/// </summary>
internal sealed class BaseTree(VaultParts parts, TreeInfo tree)
{
    private readonly TreePages _pages = new(parts.Pages, tree, parts.Header.BlockSize);
    private readonly Lock _lock = new();
    private volatile Failure? _damage;

    public TreeShape Shape => _pages.Shape;

    public long SizeBytes => tree.SizeBytes;

    /// <summary>Why it is not asked any more.</summary>
    public Failure? Damage => _damage;

    /// <summary>As <see cref="TreePages.IdOf"/>; zero also where the base is damaged.</summary>
    public BlockId IdOf(int level, long number) => Ask(() => _pages.IdOf(level, number), BlockId.Zero);

    /// <summary>As <see cref="TreePages.Page"/>; null also where the base is damaged.</summary>
    public byte[]? Page(int level, long number) => Ask(() => _pages.Page(level, number), null);

    public IReadOnlyList<long> BlocksToHeal() => Ask(() => Healing.BlocksToHeal(parts, tree), []);

    private T Ask<T>(Func<T> ask, T unknown)
    {
        if (_damage is not null) return unknown;
        try
        {
            return ask();
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
        {
            lock (_lock)
            {
                if (_damage is null) RecordAsync(e.Failure).GetAwaiter().GetResult();
                _damage = e.Failure;
            }
            return unknown;
        }
    }

    /// <summary>As a verification would: no new page is then taken to be there because the index knows a damaged one.</summary>
    private async Task RecordAsync(Failure damage)
    {
        if (!damage.Arguments.TryGetValue("block", out var hex) || !BlockId.TryParseHex(hex, out var page)) return;
        // What makes the look-up itself fail is the index, and is told where it is needed next.
        var places = await parts.Index.FindAllAsync(page, CancellationToken.None).ConfigureAwait(false);
        var entries = places.Select(p => (p.Pack.Name, page)).DefaultIfEmpty((BlockId.Zero, page)).Where(e => !parts.Index.Exclusions.DamagedEntries.Contains(e)).ToList();
        if (entries.Count == 0) return;
        await DamageRecords.PutAsync(parts, entries, CancellationToken.None).ConfigureAwait(false);
        await parts.Index.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
