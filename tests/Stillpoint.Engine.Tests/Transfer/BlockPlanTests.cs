using FsCheck;
using FsCheck.Fluent;
using Stillpoint.Engine.Transfer;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Transfer;

public sealed class BlockPlanTests
{
    private const int Block = 8;

    [Fact]
    public async Task Make_AnyExtents_ClassifiesEveryBlockAsItsBytesSay()
    {
        var extents = Gen.Choose(1, 40).SelectMany(length => Gen.Choose(0, 3), (length, kind) => (length, kind)).ListOf();
        var samples = Gen.Sample(Gen.Zip(extents, Gen.Choose(0, 30).ListOf()), 400, 30);
        foreach (var (list, forced) in samples)
        {
            if (list.Count == 0) continue;
            var source = new ListedSource(list);
            var plan = await BlockPlan.MakeAsync(source, Block, forced.Select(b => (long)b), CancellationToken.None);
            var expected = Model(source, [.. forced]);
            Assert.Equal(expected, Flatten(plan, expected.Length));
        }
    }

    [Fact]
    public async Task Make_TrimmedAndDirty_IsZeroAndNotRead()
    {
        var plan = await BlockPlan.MakeAsync(new ListedSource([(16, 3)]), Block, [], CancellationToken.None);
        Assert.Equal([new BlockRun(0, 2)], plan.Zeroes);
        Assert.Empty(plan.Reads);
    }

    [Fact]
    public async Task BytesToRead_LastBlockShort_CountsOnlyWhatIsThere()
    {
        var plan = await BlockPlan.MakeAsync(new ListedSource([(11, 1)]), Block, [], CancellationToken.None);
        Assert.Equal(11, plan.BytesToRead);
    }

    /// <summary>Written down byte by byte, with no run in sight.</summary>
    private static char[] Model(ListedSource source, HashSet<int> forced)
    {
        var blocks = new char[(source.SizeBytes + Block - 1) / Block];
        for (var block = 0; block < blocks.Length; block++)
        {
            bool dirty = forced.Contains(block), zero = true;
            for (long at = block * Block; at < Math.Min(source.SizeBytes, (block + 1) * Block); at++)
            {
                dirty |= source.At(at).Dirty;
                zero &= source.At(at).Zero;
            }
            blocks[block] = (dirty, zero) switch { (true, true) => 'z', (true, false) => 'r', (false, true) => 'Z', _ => 'c' };
        }
        return blocks;
    }

    private static char[] Flatten(BlockPlan plan, int count)
    {
        var blocks = new char[count];
        foreach (var (runs, mark) in new[] { (plan.Reads, 'r'), (plan.Zeroes, 'z'), (plan.CleanData, 'c'), (plan.CleanZeroes, 'Z') })
        {
            foreach (var run in runs)
            {
                for (var block = run.First; block < run.First + run.Count; block++)
                {
                    Assert.Equal('\0', blocks[block]);
                    blocks[block] = mark;
                }
            }
        }
        return blocks;
    }

    /// <summary>Kind: bit 0 dirty, bit 1 zero.</summary>
    private sealed class ListedSource(IReadOnlyList<(int Length, int Kind)> extents) : IDiskSource
    {
        public string Name => "vda";

        public long SizeBytes => extents.Sum(e => e.Length);

        public int ReadsInFlight => 1;

        public DiskExtent At(long offset) => List().First(e => offset >= e.Offset && offset < e.End);

        public async IAsyncEnumerable<DiskExtent> ExtentsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await Task.CompletedTask;
            foreach (var extent in List()) yield return extent;
        }

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private IEnumerable<DiskExtent> List()
        {
            long offset = 0;
            foreach (var (length, kind) in extents)
            {
                yield return new(offset, length, Zero: (kind & 2) != 0, Dirty: (kind & 1) != 0);
                offset += length;
            }
        }
    }
}
