namespace Stillpoint.Hypervisor.Nbd;

/// <summary>What a server said of a range, one list per meta context: runs of (length, flags) from the asked offset on.</summary>
internal sealed class BlockStatusAnswer
{
    internal const string AllocationContext = "base:allocation";

    internal List<(uint Length, uint Flags)> Allocation { get; } = [];

    internal List<(uint Length, uint Flags)> Dirty { get; } = [];

    internal unsafe void Add(ReadOnlySpan<byte> context, uint* entries, nuint count)
    {
        var list = context.SequenceEqual("base:allocation"u8) ? Allocation : Dirty;
        for (nuint i = 0; i + 1 < count; i += 2) list.Add((entries[i], entries[i + 1]));
    }

    internal void Clear()
    {
        Allocation.Clear();
        Dirty.Clear();
    }
}
