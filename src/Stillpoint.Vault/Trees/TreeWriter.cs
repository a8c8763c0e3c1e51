using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>
/// A tree being written: remembers which blocks changed, page by page, and stores a page as soon as all its blocks were put. So memory follows
/// the blocks put in pages that are not whole (some 40 bytes each), not the size of the disk.
/// </summary>
internal sealed class TreeWriter : ITreeWriter
{
    private readonly BlockSink _sink;
    private readonly BlockReader _blocks;
    private readonly BaseTree? _base;
    private readonly TreeShape _shape;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, LeafChanges> _open = [];
    private readonly Dictionary<long, BlockId> _leaves = [];

    public TreeWriter(BlockSink sink, BlockReader blocks, string name, long sizeBytes, int blockSize, BaseTree? @base)
    {
        (_sink, _blocks, Name, _base) = (sink, blocks, name, @base);
        _shape = new(sizeBytes, blockSize);
        BlocksToHeal = @base?.BlocksToHeal() ?? [];
        // Where the shorter of the two ends, pages of the base are needed that no put may ask for: better known now than at the end.
        if (@base is not null && @base.SizeBytes != sizeBytes) BaseId(Math.Max(0, Math.Min(@base.Shape.Blocks, _shape.Blocks) - 1));
    }

    public string Name { get; }

    public long SizeBytes => _shape.SizeBytes;

    public long BlockCount => _shape.Blocks;

    public IReadOnlyList<long> BlocksToHeal { get; }

    public Failure? BaseDamage => _base?.Damage;

    public bool Put(long block, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)block, (ulong)BlockCount, nameof(block));
        if (data.Length != _shape.LengthOf(block)) throw new ArgumentException($"block {block} has {_shape.LengthOf(block)} bytes, not {data.Length}", nameof(data));
        var before = BaseId(block);
        BlockId id = default;
        if (data.IndexOfAnyExcept((byte)0) < 0) _sink.CountZero(1);
        else id = _sink.Put(data, before);
        Set(block / TreeShape.Fan, (int)(block % TreeShape.Fan), 1, id);
        return id != before;
    }

    public void PutZero(long firstBlock, long count)
    {
        if (firstBlock < 0 || count < 0 || count > BlockCount - firstBlock) throw new ArgumentOutOfRangeException(nameof(count));
        _sink.CountZero(count);
        while (count > 0)
        {
            var (leaf, slot) = (firstBlock / TreeShape.Fan, (int)(firstBlock % TreeShape.Fan));
            var n = (int)Math.Min(count, TreeShape.Fan - slot);
            if (n == SlotsOf(leaf))
            {
                _base?.IdOf(1, leaf); // the pages above will be needed
                lock (_lock) _leaves[leaf] = BlockId.Zero;
            }
            else
            {
                Set(leaf, slot, n, BlockId.Zero);
            }
            firstBlock += n;
            count -= n;
        }
    }

    public bool BaseEquals(long block, ReadOnlySpan<byte> data)
    {
        if (_base is null) return false;
        var before = BaseId(block);
        var zero = data.IndexOfAnyExcept((byte)0) < 0;
        return before.IsZero || zero ? before.IsZero && zero : _sink.IdOf(data) == before;
    }

    /// <summary>Stores what is left of the tree and returns its root.</summary>
    /// <exception cref="FailureException">The base's damage, where not every block was put.</exception>
    public TreeInfo Finish()
    {
        if (_base?.Damage is { } damage)
        {
            if (_open.Count > 0 || _leaves.Count < _shape.Leaves) throw new FailureException(damage);
            return new(Name, SizeBytes, InnerPages.Store(_sink, null, _shape, _leaves));
        }
        CutLastBlock();
        var end = _shape.Leaves - 1;
        if (_base is not null && _base.Shape.Blocks > _shape.Blocks && end >= 0)
            lock (_lock)
                if (!_leaves.ContainsKey(end)) Touch(end); // the page at the new end loses ids
        foreach (var (leaf, changes) in _open) _leaves[leaf] = Compose(leaf, changes);
        _open.Clear();
        var root = InnerPages.Store(_sink, _base, _shape, _leaves);
        return _base?.Damage is { } found ? throw new FailureException(found) : new(Name, SizeBytes, root);
    }

    private BlockId BaseId(long block) => _base?.IdOf(0, block) ?? BlockId.Zero;

    private int SlotsOf(long leaf) => (int)Math.Min(TreeShape.Fan, BlockCount - leaf * TreeShape.Fan);

    private void Set(long leaf, int slot, int count, BlockId id)
    {
        LeafChanges changes;
        lock (_lock)
        {
            changes = Touch(leaf);
            if (changes.Set(slot, count, id) < SlotsOf(leaf)) return;
            _open.Remove(leaf);
        }
        var stored = Compose(leaf, changes);
        lock (_lock) _leaves[leaf] = stored;
    }

    private LeafChanges Touch(long leaf)
    {
        if (!_open.TryGetValue(leaf, out var changes)) _open.Add(leaf, changes = new());
        return changes;
    }

    private BlockId Compose(long leaf, LeafChanges changes)
    {
        var page = new byte[PackFormat.PageSize];
        _base?.Page(1, leaf)?.CopyTo(page, 0);
        changes.ApplyTo(page);
        page.AsSpan(SlotsOf(leaf) * BlockId.Size).Clear();
        return _sink.PutPage(page);
    }

    /// <summary>A tree that shrank to the middle of a block must not keep what lay behind.</summary>
    private void CutLastBlock()
    {
        var last = BlockCount - 1;
        if (_base is null || _base.SizeBytes <= SizeBytes || last < 0 || _shape.LengthOf(last) == _shape.BlockSize) return;
        if (BaseId(last) is var id && id.IsZero || WasPut(last)) return;
        var block = new byte[_shape.BlockSize];
        var reading = _blocks.ReadAsync(EntryKind.Data, id, block, CancellationToken.None);
        if (!reading.IsCompletedSuccessfully) reading.AsTask().GetAwaiter().GetResult();
        Put(last, block.AsSpan(0, _shape.LengthOf(last)));
    }

    private bool WasPut(long block)
    {
        var leaf = block / TreeShape.Fan;
        lock (_lock) return _leaves.ContainsKey(leaf) || (_open.TryGetValue(leaf, out var changes) && changes.Has((int)(block % TreeShape.Fan)));
    }
}
