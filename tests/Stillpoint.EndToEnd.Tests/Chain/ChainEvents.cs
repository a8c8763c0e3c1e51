using System.Text.Json;
using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>What happens to a VM between two backups. Where it runs on, something is written to its disk as well.</summary>
internal sealed class ChainEvents(TestGuest guest, StillpointCli cli, CliResult first)
{
    private const string Foreign = "virtnbdbackup.0";

    private string Checkpoint => first["checkpoint"].GetString()!;

    private Func<Task> _undo = () => Task.CompletedTask;

    public Task UndoAsync() => _undo();

    public Task HappenAsync(string name) => name switch
    {
        nameof(NothingAsync) => NothingAsync(),
        nameof(ForeignCheckpointAsync) => ForeignCheckpointAsync(),
        nameof(PausedAsync) => PausedAsync(),
        nameof(ExternalSnapshotCommittedBackAsync) => ExternalSnapshotCommittedBackAsync(),
        nameof(GrownAsync) => GrownAsync(),
        nameof(CheckpointMetadataGoneAsync) => CheckpointMetadataGoneAsync(),
        nameof(BitmapGoneAsync) => BitmapGoneAsync(),
        nameof(QemuKilledAsync) => QemuKilledAsync(),
        nameof(ShutDownAndStartedAsync) => ShutDownAndStartedAsync(),
        nameof(HostRebootedAsync) => HostRebootedAsync(),
        _ => throw new ArgumentException(name),
    };

    public Task NothingAsync() => Task.CompletedTask;

    /// <summary>Another tool's chain beside ours; ours hides after the next backup and comes back for the one after.</summary>
    public async Task ForeignCheckpointAsync()
    {
        var xml = cli.Folder["foreign.xml"];
        await File.WriteAllTextAsync(
            xml, $"<domaincheckpoint><name>{Foreign}</name><disks><disk name='vda' checkpoint='bitmap'/><disk name='vdb' checkpoint='no'/></disks></domaincheckpoint>");
        await VirshAsync("checkpoint-create", guest.Name, xml);
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        await OursIsHiddenAsync();
        // One that fails at its snapshot: the guest has no scripts.
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb", "--consistency", "application", "--strict")).MustFail(1, "consistency-not-reached");
        await OursIsHiddenAsync();
        await WriteAsync();
        _undo = () => VirshAsync("checkpoint-delete", guest.Name, Foreign);
    }

    private async Task OursIsHiddenAsync()
    {
        var seen = await VirshAsync("checkpoint-list", guest.Name, "--name");
        if (seen.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [Foreign]) throw new InvalidOperationException($"ours is not hidden: {seen}");
    }

    public async Task PausedAsync()
    {
        await WriteAsync();
        await VirshAsync("suspend", guest.Name);
        _undo = () => VirshAsync("resume", guest.Name);
    }

    public async Task ExternalSnapshotCommittedBackAsync()
    {
        var overlay = Path.Combine(guest.Folder, "overlay.qcow2");
        await VirshAsync(
            "snapshot-create-as", guest.Name, "s", "--disk-only", "--no-metadata", "--diskspec", $"vda,snapshot=external,file={overlay}", "--diskspec", "vdb,snapshot=no");
        await WriteAsync();
        await VirshAsync("blockcommit", guest.Name, "vda", "--active", "--pivot", "--wait");
        File.Delete(overlay);
    }

    public async Task GrownAsync()
    {
        await VirshAsync("blockresize", guest.Name, "vda", "2112M");
        await WriteAsync();
        // The suite's guest has the size it had before.
        _undo = guest.ResetAsync;
    }

    public async Task CheckpointMetadataGoneAsync()
    {
        await VirshAsync("checkpoint-delete", guest.Name, Checkpoint, "--metadata");
        await WriteAsync();
    }

    public async Task BitmapGoneAsync()
    {
        using var nodes = JsonDocument.Parse(await VirshAsync("qemu-monitor-command", guest.Name, """{"execute":"query-named-block-nodes","arguments":{"flat":true}}"""));
        foreach (var node in nodes.RootElement.GetProperty("return").EnumerateArray())
        {
            if (!node.TryGetProperty("dirty-bitmaps", out var bitmaps) || !bitmaps.EnumerateArray().Any(b => b.GetProperty("name").GetString() == Checkpoint)) continue;
            var name = node.GetProperty("node-name").GetString();
            await VirshAsync("qemu-monitor-command", guest.Name, $$$"""{"execute":"block-dirty-bitmap-remove","arguments":{"node":"{{{name}}}","name":"{{{Checkpoint}}}"}}""");
        }
        await WriteAsync();
    }

    public async Task QemuKilledAsync()
    {
        await WriteAsync();
        await guest.KillAsync();
        await guest.StartAsync();
    }

    public async Task ShutDownAndStartedAsync()
    {
        await WriteAsync();
        await guest.ShutDownAsync();
        await guest.StartAsync();
    }

    public async Task HostRebootedAsync()
    {
        await WriteAsync();
        await guest.Libvirt.RebootAsync();
        await guest.StartAsync();
    }

    private Task WriteAsync() => guest.RunAsync("head -c 3000000 /dev/urandom > /srv/new; sync");

    private async Task<string> VirshAsync(params string[] words) => (await guest.Libvirt.VirshAsync(words)).Must().Out;
}
