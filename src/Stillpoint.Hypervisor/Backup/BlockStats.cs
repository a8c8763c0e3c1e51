using System.Globalization;
using Stillpoint.Hypervisor.Interop;

namespace Stillpoint.Hypervisor;

/// <summary>Allocated bytes of every image node of a running domain, scratch files included.</summary>
internal static unsafe class BlockStats
{
    public static Dictionary<int, long> AllocationsByIndex(DomainHandle domain)
    {
        var domains = stackalloc nint[] { domain.DangerousGetHandle(), 0 };
        Check.Result(
            NativeMethods.virDomainListGetStats(domains, VirFlag.StatsBlock, out var records, VirFlag.StatsBacking), "virDomainListGetStats");
        try
        {
            return records[0] is null ? [] : Select(TypedParameters.Read(records[0]->Parameters, records[0]->Count));
        }
        finally
        {
            NativeMethods.virDomainStatsRecordListFree(records);
        }
    }

    /// <summary>Keys are <c>block.N.backingIndex</c> and <c>block.N.allocation</c>; N counts entries and means nothing.</summary>
    internal static Dictionary<int, long> Select(IReadOnlyDictionary<string, string> values)
    {
        var allocations = new Dictionary<int, long>();
        foreach (var (key, value) in values)
        {
            if (!key.EndsWith(".backingIndex", StringComparison.Ordinal)) continue;
            var allocation = key.Replace(".backingIndex", ".allocation", StringComparison.Ordinal);
            if (values.TryGetValue(allocation, out var bytes))
                allocations[int.Parse(value, CultureInfo.InvariantCulture)] = long.Parse(bytes, CultureInfo.InvariantCulture);
        }
        return allocations;
    }
}
