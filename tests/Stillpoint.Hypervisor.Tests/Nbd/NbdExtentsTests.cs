using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

public sealed class NbdExtentsTests
{
    [Fact]
    public void Overlay_EveryFlag_OnlyTheZeroFlagMeansZero() => Assert.Equal(
        [new(0, 10, false, true), new(10, 10, false, true), new(20, 10, true, true), new(30, 10, true, true)],
        Overlay(0, 40, [(10, 0), (10, 1), (10, 2), (10, 3)], dirty: null));

    [Fact]
    public void Overlay_TwoContextsWithOtherBorders_IsCutAtBoth() => Assert.Equal(
        [new(100, 5, false, false), new(105, 5, false, true), new(110, 10, true, true), new(120, 10, true, false)],
        Overlay(100, 130, [(10, 0), (20, 3)], dirty: [(5, 0), (15, 1), (10, 0)]));

    [Theory]
    [InlineData(8, 30)]
    [InlineData(30, 8)]
    public void Overlay_OneAnswerEndsEarly_EndsThere(uint allocated, uint tracked) => Assert.Equal(
        [new(0, 8, true, true)], Overlay(0, 30, [(allocated, 3)], dirty: [(tracked, 1)]));

    [Fact]
    public void Overlay_AnswersReachPastTheEnd_EndsAtTheEnd() => Assert.Equal(
        [new(0, 30, false, true)], Overlay(0, 30, [(4_000_000_000, 0)], dirty: [(4_294_967_295, 1)]));

    [Fact]
    public void Overlay_NoAnswer_IsNothing() => Assert.Empty(Overlay(0, 30, [], dirty: [(30, 1)]));

    [Fact]
    public void Overlay_RunsOfNoLength_AreSkipped() => Assert.Equal(
        [new(0, 30, true, false)], Overlay(0, 30, [(0, 0), (30, 3)], dirty: [(0, 1), (30, 0)]));

    [Fact]
    public void Overlay_NoContexts_IsOneDirtyRunOfData()
    {
        Assert.Equal([new DiskExtent(7, 23, false, true)], NbdExtents.Overlay(7, 30, new(), hasAllocation: false, hasDirty: false));
    }

    private static List<DiskExtent> Overlay(long start, long end, (uint, uint)[] allocation, (uint, uint)[]? dirty)
    {
        var answer = new BlockStatusAnswer();
        answer.Allocation.AddRange(allocation);
        answer.Dirty.AddRange(dirty ?? []);
        return [.. NbdExtents.Overlay(start, end, answer, hasAllocation: true, hasDirty: dirty is not null)];
    }
}
