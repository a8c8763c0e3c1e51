namespace Stillpoint.Vault.Trees;

/// <summary>The slots put so far in one leaf page. Under its tree's lock while it is open.</summary>
internal sealed class LeafChanges
{
    private readonly List<(byte Slot, BlockId Id)> _ids = [];
    private UInt128 _low, _high;
    private int _count;

    /// <returns>Slots put so far.</returns>
    public int Set(int slot, int count, BlockId id)
    {
        for (var end = slot + count; slot < end; slot++)
        {
            if (!Has(slot)) _count++;
            if (slot < 128) _low |= UInt128.One << slot;
            else _high |= UInt128.One << (slot - 128);
            _ids.Add(((byte)slot, id));
        }
        return _count;
    }

    public bool Has(int slot) => slot < 128 ? (_low >> slot & 1) != 0 : (_high >> (slot - 128) & 1) != 0;

    public void ApplyTo(Span<byte> page)
    {
        foreach (var (slot, id) in _ids) id.CopyTo(page[(slot * BlockId.Size)..]);
    }
}
