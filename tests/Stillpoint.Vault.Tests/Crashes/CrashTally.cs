using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>What came to pass over many runs, and the page that says so.</summary>
internal sealed class CrashTally
{
    private readonly ConcurrentDictionary<(Operation, FaultKind), int> _faults = [];
    private readonly ConcurrentDictionary<(Operation Stalled, Operation Meanwhile), int> _pairs = [];

    public void Add(Operation operation, FaultKind fault, Operation? meanwhile)
    {
        _faults.AddOrUpdate((operation, fault), 1, (_, n) => n + 1);
        if (meanwhile is { } other) _pairs.AddOrUpdate((operation, other), 1, (_, n) => n + 1);
    }

    public void Write(int first, int runs)
    {
        var (operations, faults) = (Enum.GetValues<Operation>().Where(o => o != Operation.Clock).ToList(), Enum.GetValues<FaultKind>());
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# Reliability\n");
        Line($"Written by `./test --all vault` ({nameof(CrashSuiteTests)}); it overwrites this page, and only when every run kept every promise.\n");
        Line($"A run is a random row of three to six operations on a vault in a simulated file system that promises no more than POSIX does: bytes are safe once");
        Line($"their file was synced, names once their folder was; the rest may be lost, torn or kept in any order when the power fails. The store's clock jumps back and forth between");
        Line($"operations. After each fault the vault is opened anew and compared with a simple model: every point whose commit returned is restored byte for byte, nothing else is");
        Line($"visible, a passphrase opens it. At the end garbage is collected (on the full disk, if it was filled), nothing unneeded is left, and the power fails once more.\n");
        Line($"| runs | seeds | faults that came | runs that kept every promise |");
        Line($"| ---: | --- | ---: | ---: |");
        Line($"| {runs:N0} | {first}..{first + runs - 1} | {_faults.Values.Sum():N0} | {runs:N0} |\n");
        Line($"## Faults by operation\n");
        Line($"| operation | {string.Join(" | ", faults)} |");
        Line($"| --- |{string.Concat(faults.Select(_ => " ---: |"))}");
        foreach (var o in operations) Line($"| {o} | {string.Join(" | ", faults.Select(f => _faults.GetValueOrDefault((o, f))))} |");
        Line($"\nKill: the process is gone, the page cache stays. PowerCut: what was not synced may be lost. Fail: the call fails once, before or after its effect; a failed sync loses the bytes");
        Line($"for good although a second one would succeed. Full: nothing more fits. Stall: another operation runs from begin to end inside the call; LongStall: for longer than a lease.\n");
        Line($"## Side by side\n");
        Line($"How often the operation of a row stood still in some call of its own while that of the column ran whole.\n");
        Line($"| stalled | {string.Join(" | ", operations)} |");
        Line($"| --- |{string.Concat(operations.Select(_ => " ---: |"))}");
        foreach (var o in operations) Line($"| {o} | {string.Join(" | ", operations.Select(m => _pairs.GetValueOrDefault((o, m))))} |");
        File.WriteAllText(Path.Combine(Root(), "docs", "reliability.md"), text.ToString());
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Stillpoint.slnx"))) at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not in the repository");
        return at;
    }
}
