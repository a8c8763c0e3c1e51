using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A vault on a mount that stops answering costs the job: not the command, which ends and says so, and not the guest.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class HungVaultTests(VmSuite suite)
{
    [Fact]
    public async Task Backup_VaultStopsAnsweringInTheMiddle_EndsAndFreesTheGuest()
    {
        Needs.VirtualMachine();
        Needs.Programs("bindfs");
        var guest = await suite.RunningGuestAsync();
        using var mount = await HangingMount.OnAsync();
        using var cli = new StillpointCli(guest.Libvirt) { Program = StillpointCli.Pausing, Vault = Path.Combine(mount.Path, "vault") };
        await cli.InitAsync();
        var pause = cli.Folder["pause"];
        Directory.CreateDirectory(pause);
        var call = cli.Call("backup", guest.Name, "--exclude-disk", "vdb") with
        {
            Environment = new()
            {
                ["STILLPOINT_TEST_STEP"] = "Begun", ["STILLPOINT_TEST_FOLDER"] = pause, ["STILLPOINT_TEST_VAULT_PATIENCE_MS"] = "3000",
            },
        };
        using (var backup = new RunningCall(call))
        {
            await Eventually.IsAsync("libvirt's job runs", () => File.Exists(Path.Combine(pause, "reached")) || backup.HasEnded);
            await mount.HangAsync();
            await File.WriteAllTextAsync(Path.Combine(pause, "go"), "");
            (await backup.ResultAsync()).MustFail(1, "vault-not-responding");
        }
        // With the mount still hung: the guest is in no job and writes.
        await guest.MustBeUndisturbedAsync();

        await mount.AnswerAsync();
        (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
        (await cli.RunAsync("vault", "verify", "--full")).Must();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(cli.Data, "journal")));
    }
}
