using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>A running guest with one vault, one good point in it, and the means to stop a backup at a step.</summary>
internal sealed class KillWorld : IDisposable
{
    // The raw disk is read in full each time and adds nothing here.
    private static readonly string[] OneDisk = ["--exclude-disk", "vdb"];

    private readonly StillpointCli _cli;

    private KillWorld(TestGuest guest, StillpointCli cli) => (Guest, _cli, Stalls) = (guest, cli, new(guest));

    public TestGuest Guest { get; }

    public GuestStalls Stalls { get; }

    public static async Task<KillWorld> OpenAsync(TestGuest guest)
    {
        var cli = new StillpointCli(guest.Libvirt) { Program = StillpointCli.Pausing };
        await cli.InitAsync();
        (await cli.RunAsync(["backup", guest.Name, .. OneDisk])).Must();
        return new(guest, cli);
    }

    /// <summary>A backup that stands at the step.</summary>
    public Task<PausedJob> PausedAsync(string step) => PausedJob.AtAsync(step, _cli, ["backup", Guest.Name, .. OneDisk]);

    /// <summary>Every point there is, oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> PointsAsync() =>
        [.. (await _cli.RunAsync("point", "list")).Must()["points"].EnumerateArray()];

    /// <summary>The next backup clears what is left, is good itself, and leaves its own checkpoint and nothing else.</summary>
    /// <returns>What it was.</returns>
    public async Task<string> MustBeCleanAfterNextAsync(string consistency = "file-system")
    {
        var next = (await _cli.RunAsync(["backup", Guest.Name, .. OneDisk])).Must();
        // A guard of the killed job may still stand guard; then there is no second one, no freeze, and the point says so.
        if (next["consistency"].GetString() != consistency) Assert.Equal("guard-not-possible", next["reason"].GetProperty("code").GetString());
        var ours = (await Guest.Libvirt.VirshAsync("checkpoint-list", Guest.Name, "--name")).Must().Out
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(n => n.StartsWith(VaultPrefix(next), StringComparison.Ordinal));
        Assert.Equal([next["checkpoint"].GetString()], ours);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_cli.Data, "journal")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_cli.Data, "run")));
        await Guest.MustBeUndisturbedAsync();
        return next.Summary("vda");
    }

    /// <summary>Every byte of every point, and every point says it is whole.</summary>
    public async Task MustBeWholeAsync() => (await _cli.RunAsync("vault", "verify", "--full")).Must();

    public void Dispose() => _cli.Dispose();

    private static string VaultPrefix(CliResult backup) =>
        backup["checkpoint"].GetString()![..^backup.Point.Length];
}
