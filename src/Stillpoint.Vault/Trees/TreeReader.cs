using System.Runtime.CompilerServices;
using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>Reads a tree: see <see cref="ITreeReader"/>. <paramref name="lease"/> is null where the store cannot be written: nothing can be collected there either.</summary>
internal sealed class TreeReader(VaultParts parts, TreeInfo tree, LeaseKeeper? lease) : ITreeReader
{
    private readonly TreePages _pages = new(parts.Pages, tree, parts.Header.BlockSize);
    private readonly BlockCache _cache = new(parts.Blocks, parts.Header.BlockSize);

    public string Name => tree.Name;

    public long SizeBytes => tree.SizeBytes;

    public int BlockSize => parts.Header.BlockSize;

    public async IAsyncEnumerable<TreeExtent> ExtentsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var run = new TreeExtent(0, 0, true);
        await foreach (var (first, count, page) in _pages.LeavesAsync(ct).ConfigureAwait(false))
        {
            for (long i = 0; i < count;)
            {
                var zero = page is null || TreePages.Slot(page, (int)i).IsZero;
                var n = page is null ? count : 1;
                var end = Math.Min((first + i + n) * BlockSize, SizeBytes);
                if (zero != run.Zero && run.Length > 0)
                {
                    yield return run;
                    run = new(run.Offset + run.Length, 0, zero);
                }
                run = run with { Zero = zero, Length = end - run.Offset };
                i += n;
            }
        }
        if (run.Length > 0) yield return run;
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        if (offset < 0 || offset > SizeBytes - buffer.Length) throw new ArgumentOutOfRangeException(nameof(offset));
        while (buffer.Length > 0)
        {
            var (block, skip) = (offset / BlockSize, (int)(offset % BlockSize));
            var n = Math.Min(buffer.Length, BlockSize - skip);
            var id = await IdOfAsync(block, ct).ConfigureAwait(false);
            if (id.IsZero) buffer.Span[..n].Clear();
            else (await _cache.ReadAsync(id, ct).ConfigureAwait(false)).AsMemory(skip, n).CopyTo(buffer);
            buffer = buffer[n..];
            offset += n;
        }
    }

    public Task CopyToAsync(IDiskTarget target, Action<long>? progress, CancellationToken ct) =>
        new TreeCopy(parts, _pages, target, progress).RunAsync(ct);

    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<BlockId> IdOfAsync(long block, CancellationToken ct)
    {
        var id = tree.Root;
        for (var level = _pages.Shape.Depth; level > 0 && !id.IsZero; level--)
            id = TreePages.Slot(await parts.Pages.ReadAsync(id, ct).ConfigureAwait(false), (int)((block >> (8 * (level - 1))) & 255));
        return id;
    }
}
