using System.Globalization;

namespace Stillpoint.Model;

/// <summary>How busy a guest is, as its own kernel tells. Null: not told.</summary>
/// <param name="CpuPercent">Of all its processors, over a short while.</param>
/// <param name="MemoryPressure">Per cent of the last ten seconds in which something waited for memory (PSI).</param>
/// <param name="MemoryPercent">Of its memory, what is neither free nor cache.</param>
public sealed record GuestLoad(int? CpuPercent, int? MemoryPressure, int? MemoryPercent)
{
    /// <summary>Above it an agent answers late, and a freeze may take longer than it may: the number of Azure's own advice.</summary>
    public const int MostCpu = 90;

    /// <summary>Where there is no PSI to ask, how full the memory is says it.</summary>
    public const int MostMemory = 90;

    public const int MostMemoryPressure = 20;

    public bool TooMuch => CpuPercent > MostCpu || (MemoryPressure is { } pressure ? pressure > MostMemoryPressure : MemoryPercent > MostMemory);

    /// <summary>The largest trouble first.</summary>
    public Failure ToFailure(string vm)
    {
        var (what, percent) = CpuPercent > MostCpu ? ("load-cpu", CpuPercent) : ("load-memory", MemoryPressure ?? MemoryPercent);
        var failure = Failure.Of(
            FailureCode.GuestUnderLoad, Stage.Preflight, ("vm", vm), ("reason", what), ("percent", (percent ?? 0).ToString(CultureInfo.InvariantCulture)));
        return failure.CanRetry();
    }

    public IEnumerable<Fact> ToFacts(DateTimeOffset at)
    {
        foreach (var (name, value) in new[] { ("guest.cpu-percent", CpuPercent), ("guest.psi-memory", MemoryPressure), ("guest.memory-percent", MemoryPercent) })
            if (value is { } number) yield return new(name, number.ToString(CultureInfo.InvariantCulture), "load.sh", at);
    }
}
