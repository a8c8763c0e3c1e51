using Stillpoint.Vault.Tests.Reliability;

namespace Stillpoint.Vault.Tests.Beside;

/// <param name="First">How the operation that stood still may end: each of these comes to pass at some of its calls, nothing else at any.</param>
/// <param name="Second">As above, of the one that ran meanwhile.</param>
/// <param name="Waits">The second waits for the first at some of the calls.</param>
internal sealed record Cell(string[] First, string[] Second, bool Waits = false);

/// <summary>
/// What each operation owes to each other one, written by hand. Rows: the one that stands still, before each of its calls in turn; columns, in the order of
/// <see cref="Work"/>: the one that runs from begin to end meanwhile. Where a copy meets another operation: in the vault that is copied / in the copy.
/// </summary>
internal static class BesideTable
{
    private static readonly string[] Done = ["done"];

    /// <summary>What the letters mean.</summary>
    private static readonly Dictionary<string, Cell> Meanings = new()
    {
        ["+"] = new(Done, Done), // neither notices the other
        ["busy"] = new(Done, ["VaultBusy", "done"]), // refused while the first holds its lease
        ["waits"] = new(Done, Done, Waits: true),
        ["late"] = new(["PointForgotten", "done"], Done), // forgotten before the first had begun with it
        ["again"] = new(Done, ["PackCondemned", "done"]), // to be tried again
    };

    private static readonly Dictionary<Work, string> Rows = new()
    {
        //                    backup   restore  forget   collect  repack   verify   copy      key      rebuild
        [Work.Backup] = "     +        +        late     waits    waits    +        +/+       busy     busy",
        [Work.Restore] = "    +        +        late     +        +        +        +/+       busy     busy",
        [Work.Forget] = "     +        +        +        +        +        +        +/+       +        +",
        [Work.Collect] = "    +        +        +        busy     busy     +        +/again   busy     busy",
        [Work.Repack] = "     +        +        +        busy     busy     +        +/again   busy     busy",
        [Work.Verify] = "     +        +        +        +        +        +        +/+       busy     busy",
        [Work.Copy] = "       +/+      +/+      +/+      +/waits  +/waits  +/+      +/+       busy/busy busy/busy",
        [Work.ChangeKey] = "  busy     busy     +        busy     busy     busy     busy/busy busy     busy",
        [Work.Rebuild] = "    busy     busy     +        busy     busy     busy     busy/busy busy     busy",
    };

    /// <exception cref="InvalidOperationException">There is no expectation for it.</exception>
    public static Cell Of(Work first, Work second, bool inCopy)
    {
        var letters = Word(first, second).Split('/');
        var places = first == Work.Copy || second == Work.Copy ? 2 : 1;
        var wanted = letters.Length == places ? letters[inCopy ? 1 : 0] : "";
        return Meanings.TryGetValue(wanted, out var cell) ? cell : throw new InvalidOperationException($"nothing is said of {second} while {first} stands still");
    }

    public static void Write(IReadOnlyDictionary<(Work, Work), int> stood, IReadOnlyDictionary<(Work, Work), int> slept)
    {
        var works = Enum.GetValues<Work>();
        ReliabilityPage.Write("Side by side", $"""
            `{nameof(BesideTests)}`. The operation of the row stands still before each call in turn that changes the store (a restore and a verification also before each that reads a
            pack), that of the column runs from begin to end, the first goes on. After each of these {ReliabilityPage.Number(stood.Values.Sum())} meetings every point reads right, a verification finds nothing, and a
            collection leaves nothing behind. Where a copy meets another operation: in the vault that is copied / in the copy. In two processes: `BesideProcessTests`.

            {ReliabilityPage.Table("stands still", works.Select(w => w.ToString()), works.Select(a => ($"{a}", works.Select(b => $"{Word(a, b)} ({stood[(a, b)]})"))))}
            +: neither notices the other. busy: the second is refused while the first holds its lease. waits: the second waits for the first. late: the first may find its point
            forgotten before it had begun with it. again: the second may have to be tried again. In brackets: meetings.

            The same with the first asleep for longer than its lease lasts, {ReliabilityPage.Number(slept.Values.Sum())} meetings: the second always goes ahead, and the first, awake again, either ends well
            or finds its lease lost; nothing is lost by it.
            """);
    }

    private static string Word(Work first, Work second)
    {
        var cells = Rows.TryGetValue(first, out var row) ? row.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return (int)second < cells.Length ? cells[(int)second] : "";
    }

    /// <summary>How an operation may end that slept past its lease while another one ran.</summary>
    public static string[] Slept(Work work) => work switch
    {
        Work.Forget => ["done"], // it holds none
        Work.Backup => ["done", "VaultLeaseLost", "PointForgotten"],
        Work.Restore => ["done", "PointForgotten"],
        Work.Verify => ["done"],
        Work.Copy => ["done", "VaultLeaseLost", "PackCondemned"],
        Work.Collect or Work.Repack or Work.ChangeKey or Work.Rebuild => ["done", "VaultLeaseLost"],
        _ => [],
    };

    /// <summary>How an operation ends that ran while another one slept past its lease.</summary>
    public static string[] BesideSleeper(Work sleeper, Work work, bool inCopy) =>
        inCopy && work == Work.Copy && sleeper is Work.Collect or Work.Repack ? ["done", "PackCondemned"] : ["done"];
}
