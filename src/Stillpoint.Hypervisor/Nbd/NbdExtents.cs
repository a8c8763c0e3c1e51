using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>Lays the answers of two meta contexts over one another.</summary>
internal static class NbdExtents
{
    /// <summary>
    /// Extents from <paramref name="start"/> to where the shorter of the answers ends, or <paramref name="end"/>. A server may answer less than it
    /// was asked, or more: a last run may reach past the asked range.
    /// </summary>
    /// <param name="hasAllocation">False: nothing is known to be zero.</param>
    /// <param name="hasDirty">False: everything counts as dirty.</param>
    internal static IEnumerable<DiskExtent> Overlay(long start, long end, BlockStatusAnswer answer, bool hasAllocation, bool hasDirty)
    {
        int a = 0, d = 0;
        var position = start;
        long aEnd = hasAllocation ? start : end, dEnd = hasDirty ? start : end;
        while (position < end)
        {
            while (hasAllocation && aEnd <= position)
            {
                if (a == answer.Allocation.Count) yield break;
                aEnd += answer.Allocation[a++].Length;
            }
            while (hasDirty && dEnd <= position)
            {
                if (d == answer.Dirty.Count) yield break;
                dEnd += answer.Dirty[d++].Length;
            }
            var next = Math.Min(end, Math.Min(aEnd, dEnd));
            yield return new(
                position, next - position,
                Zero: hasAllocation && (answer.Allocation[a - 1].Flags & LibNbd.StateZero) != 0,
                Dirty: !hasDirty || (answer.Dirty[d - 1].Flags & 1) != 0);
            position = next;
        }
    }
}
