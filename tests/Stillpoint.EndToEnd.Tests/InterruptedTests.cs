using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A backup that is broken off in the middle of its transfer: the guest goes on, and so does the next backup.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class InterruptedTests(VmSuite suite)
{
    [Fact]
    public async Task Backup_Cancelled_EndsItsJob()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var checkpoints = await CheckpointsAsync(guest);
        using var backup = await StartTransferAsync(cli, guest);
        await backup.SignalAsync("INT");
        (await backup.ResultAsync()).MustFail(130, "cancelled");
        await guest.MustBeUndisturbedAsync();
        Assert.Equal(checkpoints, await CheckpointsAsync(guest));
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vda")).Must();
    }

    [Fact]
    public async Task Backup_WhenLibvirtdDies_LeavesNothingBehindOnceItIsBack()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        using var backup = await StartTransferAsync(cli, guest);
        await guest.Libvirt.KillDaemonAsync();
        var result = await backup.ResultAsync();
        await guest.Libvirt.RestartAsync();
        // QEMU serves on without libvirtd: a transfer that was whole by then is a point; else the reason must be the connection.
        if (result.ExitCode != 0) result.MustFail(9, "host-connection-lost");
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vda")).Must();
        await guest.MustBeUndisturbedAsync();
    }

    [Fact]
    public async Task Backup_WhenTheVaultsDiskFills_SaysSoAndGoesOnWithRoom()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var small = new Tmpfs("100m");
        using var cli = new StillpointCli(guest.Libvirt) { Vault = Path.Combine(small.Path, "vault") };
        await cli.InitAsync();
        (await cli.RunAsync("backup", guest.Name)).MustFail(10, "vault-full");
        await guest.MustBeUndisturbedAsync();

        await small.ResizeAsync("3g");
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vda")).Must();
    }

    [Fact]
    public async Task Backup_CommandKilledOutright_IsEndedByItsWorkerAndClearedByTheNext()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var checkpoints = await CheckpointsAsync(guest);
        using var backup = await StartTransferAsync(cli, guest);
        await backup.SignalAsync("KILL");
        await backup.EndAsync();
        await Eventually.IsAsync("the worker, or the warden in its place, ends the job", async () =>
            (await guest.Libvirt.VirshAsync("domjobinfo", guest.Name)).Must().Out.Contains("None", StringComparison.Ordinal));
        await guest.MustBeUndisturbedAsync();

        var next = (await cli.RunAsync("backup", guest.Name)).Must();
        Assert.Equal("full", next.Disk("vda").GetProperty("mode").GetString());
        string[] expected = [.. checkpoints.Append(next["checkpoint"].GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, await CheckpointsAsync(guest));
    }

    // Those of other vaults stay: the tests before this one left theirs. libvirt lists by name, and names begin with the vault's random id.
    private static async Task<string[]> CheckpointsAsync(TestGuest guest) =>
        [.. (await guest.Libvirt.VirshAsync("checkpoint-list", guest.Name, "--name")).Must().Out
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)];

    private static async Task<RunningCall> StartTransferAsync(StillpointCli cli, TestGuest guest)
    {
        var backup = cli.Start("backup", guest.Name);
        var packs = Path.Combine(cli.Vault, "packs");
        await Eventually.IsAsync("data reaches the vault", () => backup.HasEnded
            || (Directory.Exists(packs) && Directory.EnumerateFiles(packs, "*", SearchOption.AllDirectories).Any()));
        Assert.False(backup.HasEnded);
        return backup;
    }
}
