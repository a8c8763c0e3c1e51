namespace Stillpoint.Vault.Trees;

/// <summary>Arithmetic of docs/formats/tree.md: level 1 are leaf pages, level <see cref="Depth"/> is the root.</summary>
internal readonly record struct TreeShape(long SizeBytes, int BlockSize)
{
    public const int Fan = 256;

    public long Blocks => (SizeBytes + BlockSize - 1) / BlockSize;

    public long Leaves => Nodes(1);

    public int Depth
    {
        get
        {
            var depth = 1;
            for (var reach = (UInt128)Fan; reach < (UInt128)Blocks; reach *= Fan) depth++;
            return depth;
        }
    }

    /// <summary>Pages of a level.</summary>
    public long Nodes(int level) => level == 0 ? Blocks : (Nodes(level - 1) + Fan - 1) / Fan;

    /// <summary>Blocks below one page of a level.</summary>
    public static long Span(int level) => 1L << (8 * level);

    public int LengthOf(long block) => (int)Math.Min(BlockSize, SizeBytes - block * BlockSize);
}
