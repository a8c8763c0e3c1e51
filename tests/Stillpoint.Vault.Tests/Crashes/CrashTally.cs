using System.Collections.Concurrent;
using Stillpoint.Vault.Tests.Reliability;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>What came to pass over many runs, and the section that says so.</summary>
internal sealed class CrashTally
{
    private readonly ConcurrentDictionary<(Operation, FaultKind), int> _faults = [];
    private readonly ConcurrentDictionary<(Operation, DiskCall), int> _calls = [];
    private readonly ConcurrentDictionary<(Operation Stalled, Operation Meanwhile), int> _pairs = [];

    public void Add(Operation operation, Fault fault, Operation? meanwhile)
    {
        _faults.AddOrUpdate((operation, fault.Kind), 1, (_, n) => n + 1);
        _calls.AddOrUpdate((operation, fault.Call), 1, (_, n) => n + 1);
        if (meanwhile is { } other) _pairs.AddOrUpdate((operation, other), 1, (_, n) => n + 1);
    }

    public void Write(int first, int runs)
    {
        var operations = Enum.GetValues<Operation>().Where(o => o != Operation.Clock).ToList();
        var (faults, calls) = (Enum.GetValues<FaultKind>(), Enum.GetValues<DiskCall>());
        ReliabilityPage.Write("Crashes", $"""
            `{nameof(CrashSuiteTests)}`, over seeds {first} to {first + runs - 1}; `STILLPOINT_CRASH_SEED=n ./test Vault` runs one alone and, if it fails, prints the smallest row that still does.

            A run is a random row of three to six operations on a vault in a simulated file system that promises no more than POSIX does: bytes are safe once their file was synced,
            names once their folder was; the rest may be lost, torn or kept in any order when the power fails. The store's clock jumps back and forth between operations. After each
            fault the vault is opened anew and compared with a simple model: every point whose commit returned is restored byte for byte, nothing else is visible, a passphrase opens
            it. At the end garbage is collected (on the full disk, if it was filled), nothing unneeded is left, and the power fails once more.

            | runs | faults that came | runs that kept every promise |
            | ---: | ---: | ---: |
            | {ReliabilityPage.Number(runs)} | {ReliabilityPage.Number(_faults.Values.Sum())} | {ReliabilityPage.Number(runs)} |

            Faults by operation and kind:

            {ReliabilityPage.Table("operation", faults.Select(f => f.ToString()), operations.Select(o => ($"{o}", faults.Select(f => $"{_faults.GetValueOrDefault((o, f))}"))))}
            Kill: the process is gone, the page cache stays. PowerCut: what was not synced may be lost. Fail: the call fails once, before or after its effect; a failed sync loses the
            bytes for good although a second one would succeed. Full: nothing more fits. Stall: another operation runs from begin to end inside the call; LongStall: for longer than a lease.

            The same by operation and call:

            {ReliabilityPage.Table("operation", calls.Select(c => c.ToString()), operations.Select(o => ($"{o}", calls.Select(c => $"{_calls.GetValueOrDefault((o, c))}"))))}
            How often the operation of a row stood still in some call of its own while that of the column ran whole:

            {ReliabilityPage.Table("stalled", operations.Select(o => o.ToString()), operations.Select(o => ($"{o}", operations.Select(m => $"{_pairs.GetValueOrDefault((o, m))}"))))}
            """);
    }
}
