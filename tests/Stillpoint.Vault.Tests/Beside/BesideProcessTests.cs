using System.Diagnostics;
using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Beside;

/// <summary>
/// The table once more with a vault in a folder and two processes: the first operation is in a process of its own and stands still in the call that matters most to
/// others. By default each operation against one it could hurt; with the long tests each against each.
/// </summary>
public sealed class BesideProcessTests : IDisposable
{
    private const string Vault = "STILLPOINT_TEST_BESIDE_VAULT", Copy = "STILLPOINT_TEST_BESIDE_COPY", Does = "STILLPOINT_TEST_BESIDE_WORK";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"stillpoint-beside-{Guid.NewGuid():N}");

    /// <summary>Where each stands still: leased, and with most of its work done.</summary>
    private static readonly Dictionary<Work, string> Stops = new()
    {
        [Work.Backup] = "put points/",
        [Work.Restore] = "read packs/",
        [Work.Forget] = "put forgotten/",
        [Work.Collect] = "delete pa",
        [Work.Repack] = "delete pa",
        [Work.Verify] = "read packs/",
        [Work.Copy] = "put points/",
        [Work.ChangeKey] = "delete keys/",
        [Work.Rebuild] = "delete index/",
    };

    public static TheoryData<string, string> Some => new()
    {
        { nameof(Work.Backup), nameof(Work.Collect) },
        { nameof(Work.Restore), nameof(Work.Repack) },
        { nameof(Work.Forget), nameof(Work.Backup) },
        { nameof(Work.Collect), nameof(Work.Backup) },
        { nameof(Work.Repack), nameof(Work.Restore) },
        { nameof(Work.Verify), nameof(Work.Collect) },
        { nameof(Work.Copy), nameof(Work.Repack) },
        { nameof(Work.ChangeKey), nameof(Work.ChangeKey) },
        { nameof(Work.Rebuild), nameof(Work.Backup) },
    };

    [Theory]
    [MemberData(nameof(Some))]
    public Task TwoProcesses_EndAsTheTableSays(string first, string second) => RunAsync(Enum.Parse<Work>(first), Enum.Parse<Work>(second));

    [Fact(Explicit = true)]
    public async Task TwoProcesses_EachAgainstEach_EndAsTheTableSays()
    {
        foreach (var (first, second) in BesideTests.Cells.Select(c => c.Data))
        {
            await RunAsync(Enum.Parse<Work>(first), Enum.Parse<Work>(second));
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Not a test of its own: the first process.</summary>
    [Fact]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(Does) is not { Length: > 0 } does) return;
        var work = Enum.Parse<Work>(does);
        var (store, copy) = (new FolderStore(Environment.GetEnvironmentVariable(Vault)!), new FolderStore(Environment.GetEnvironmentVariable(Copy)!));
        var sign = new StopSign(0, call => call.StartsWith(Stops[work], StringComparison.Ordinal));
        var done = new BesideWork(await BesideContent.FindAsync(store, copy), new StoppingStore(store, sign), new StoppingStore(copy, sign), ["p"]) { NewSecret = "first" };
        var running = Task.Run(() => done.RunAsync(work));
        if (await Task.WhenAny(running, sign.Reached) == sign.Reached)
        {
            await TellAsync($"STANDS {await sign.Reached}");
            await Console.In.ReadLineAsync();
            sign.Wake();
        }
        await TellAsync($"ENDED {await running} {done.Made}");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync(Work first, Work second)
    {
        var (store, copy) = (new FolderStore(Directory.CreateDirectory(Path.Combine(_folder, "vault")).FullName), new FolderStore(Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName));
        await BesideContent.MakeAsync(store, copy);
        // Packs of the last minutes might be those of a writer at work, and a collection lets them be.
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - TimeSpan.FromHours(1));
        var content = await BesideContent.FindAsync(store, copy);
        using var child = Start(store.Folder, copy.Folder, first);
        Assert.StartsWith("STANDS ", await HearAsync(child), StringComparison.Ordinal);
        string[]? ended = null;
        async Task<string[]> WakeAsync()
        {
            if (ended is not null) return ended;
            await child.StandardInput.WriteLineAsync("go");
            await child.StandardInput.FlushAsync();
            return ended = (await HearAsync(child)).Split(' ');
        }

        var waited = false;
        var other = new BesideWork(content, store, copy, ["p", "first"])
        {
            NewSecret = "second",
            OnWaiting = async () =>
            {
                waited = true;
                await WakeAsync();
            },
        };
        var outcome = await other.RunAsync(second);
        var end = await WakeAsync();
        await child.WaitForExitAsync();
        var cell = BesideTable.Of(first, second, inCopy: false);
        var held = first is not Work.Forget; // by its lease, where the table says that it counts
        Assert.Equal(("done", held && cell.Second.Contains("VaultBusy") ? "VaultBusy" : "done", cell.Waits), (end[1], outcome, waited));
        var made = end.Length > 2 && PointId.TryParse(end[2], out var id) ? id : (PointId?)null;
        await BesideCheck.AllAsync(content, store, copy, [new(second, outcome, other.Made), new(first, end[1], made)], inCopy: false);
    }

    private static Process Start(string vault, string copy, Work work) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!, ["-method", $"{typeof(BesideProcessTests).FullName}.{nameof(Child)}"])
    {
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
        Environment = { [Vault] = vault, [Copy] = copy, [Does] = work.ToString() },
    })!;

    /// <summary>The next line that is the child's own and not its runner's.</summary>
    private static async Task<string> HearAsync(Process child)
    {
        while (await child.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("STANDS ", StringComparison.Ordinal) || line.StartsWith("ENDED ", StringComparison.Ordinal)) return line;
        throw new InvalidOperationException($"the other process ended with {child.ExitCode}");
    }

    private static async Task TellAsync(string line)
    {
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        await output.FlushAsync();
    }
}
