namespace Stillpoint.Vault.Points;

/// <summary>Ids this writer stores itself and that the index does not know yet. Striped: many threads ask at once.</summary>
internal sealed class NewIds
{
    private const int Stripes = 16;
    private readonly HashSet<BlockId>[] _sets = [.. Enumerable.Range(0, Stripes).Select(_ => new HashSet<BlockId>())];

    /// <returns>True for exactly one caller per id: that one stores it.</returns>
    public bool Add(BlockId id)
    {
        var set = SetOf(id);
        lock (set) return set.Add(id);
    }

    public bool Contains(BlockId id)
    {
        var set = SetOf(id);
        lock (set) return set.Contains(id);
    }

    public void Forget(IEnumerable<BlockId> ids)
    {
        foreach (var id in ids)
        {
            var set = SetOf(id);
            lock (set) set.Remove(id);
        }
    }

    private HashSet<BlockId> SetOf(BlockId id) => _sets[(int)(id.D % Stripes)];
}
