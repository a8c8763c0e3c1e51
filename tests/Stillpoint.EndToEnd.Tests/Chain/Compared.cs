using System.Globalization;
using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>A backup whose point is proven: restored and compared byte for byte with what nbdcopy took of libvirt's own export.</summary>
internal static class Compared
{
    /// <summary>Bytes of a backup's read of a disk, and of the blocks in it that were other than in the base.</summary>
    public static (string Mode, long Read, long Changed) Reading(this CliResult backup, string disk = "vda")
    {
        var done = backup.Disk(disk);
        return (done.GetProperty("mode").GetString()!, done.GetProperty("bytesRead").GetInt64(), done.GetProperty("bytesChanged").GetInt64());
    }

    public static async Task<CliResult> BackupAsync(this StillpointCli cli, string vm, params string[] options)
    {
        var reference = cli.Folder["reference.raw"];
        File.Delete(reference);
        var backup = (await cli.RunAsync(["backup", vm, .. options, "--before-release", Copy(reference)])).Must();
        await cli.MustRestoreAsync(backup, reference);
        return backup;
    }

    /// <summary>A shell's command for --before-release that keeps what vda's export holds.</summary>
    public static string Copy(string reference) => $"nbdcopy \"nbd+unix:///vda?socket=$STILLPOINT_NBD_SOCKET\" {reference}";

    public static async Task MustRestoreAsync(this StillpointCli cli, CliResult backup, string reference, string disk = "vda")
    {
        Assert.DoesNotContain("hook-failed", Warnings(backup));
        var restored = cli.Folder["restored.raw"];
        (await cli.RunAsync("restore", backup.Point, "--disk", $"{disk}={restored}:raw", "--overwrite")).Must();
        await Disks.MustBeEqualAsync(restored, reference);
    }

    public static string[] Warnings(this CliResult backup) => [.. backup["warnings"].EnumerateArray().Select(w => w.GetProperty("code").GetString()!)];

    /// <summary>This vault's checkpoints on the guest.</summary>
    /// <param name="any">A backup with a checkpoint: its name begins as they all do.</param>
    public static async Task<string[]> OursAsync(this StillpointCli cli, TestGuest guest, CliResult any)
    {
        var prefix = any["checkpoint"].GetString()![..^any.Point.Length];
        return [.. (await guest.Libvirt.VirshAsync("checkpoint-list", guest.Name, "--name")).Must().Out
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>A point's consistency, with the reason where it is less than wanted.</summary>
    public static string Worth(this CliResult backup) => backup.Json.TryGetProperty("reason", out var reason) && reason.ValueKind is JsonValueKind.Object
        ? $"{backup["consistency"].GetString()}: {reason.GetProperty("code").GetString()}"
        : backup["consistency"].GetString()!;

    public static string FrozenFor(this CliResult backup) => backup.Json.TryGetProperty("frozenMs", out var time) && time.ValueKind is JsonValueKind.Number
        ? string.Create(CultureInfo.InvariantCulture, $"{time.GetDouble() / 1000:0.0} s")
        : "not frozen";

    /// <summary>Cells of a table of docs/safety.md.</summary>
    public static string[] Cells(this CliResult backup, string disk = "vda")
    {
        var (mode, read, changed) = backup.Reading(disk);
        return [mode, $"{read >> 10} KiB", $"{changed >> 10} KiB", backup["consistency"].GetString()!];
    }
}
