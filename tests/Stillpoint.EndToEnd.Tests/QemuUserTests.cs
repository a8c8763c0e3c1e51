using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>As on a user's host: QEMU runs as libvirt's own user, who sees nothing of root's. All that a job gives to QEMU must be within that user's reach.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class QemuUserTests
{
    private const string User = "libvirt-qemu";
    private const long Mebibyte = 1 << 20;

    [Fact]
    public async Task Backup_QemuIsNotRoot_GetsWhatItNeedsAndAClosedFolderIsNamed()
    {
        await using var libvirt = await StartAsync();
        await using var vm = await BareVm.DefineAsync(libvirt, "not-root");
        await vm.StartAsync();
        Assert.Equal(User, await OwnerAsync(vm.Folder["vda.qcow2"]));
        using var cli = await StrictAsync(libvirt);
        (await cli.RunAsync("host", "check")).Must();
        Assert.Equal("full", (await cli.BackupAsync(vm.Name)).Reading().Mode);
        await vm.WriteAsync(20 * Mebibyte, 2);
        var point = await cli.BackupAsync(vm.Name);
        BareChainTests.MustBeIncremental(point, Mebibyte);

        // A folder above the job's that only root may pass: named before anything is touched, by each command that can.
        const UnixFileMode root = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(cli.Data, root);
        foreach (string[] command in new string[][] { ["host", "check"], ["vm", "check", vm.Name], ["backup", vm.Name] })
        {
            var refused = await cli.RunAsync(command);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("scratch-unusable", refused.Json.ToString(), StringComparison.Ordinal);
            Assert.Contains($"may not pass {cli.Data}\"", refused.Json.ToString(), StringComparison.Ordinal);
        }
        File.SetUnixFileMode(cli.Data, root | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Assert.Equal([point["checkpoint"].GetString()!], await vm.CheckpointsAsync());

        // In place, and QEMU may open what was put there.
        await vm.EndAsync();
        (await cli.RunAsync("restore", point.Point, "--replace")).Must();
        await vm.StartAsync();
        Assert.Equal(User, await OwnerAsync(vm.Folder["vda.qcow2"]));
    }

    [Fact(Explicit = true)]
    public async Task BackupAndRestore_OfAGuestWhoseQemuIsNotRoot_GivesBackWhatItHad()
    {
        await using var libvirt = await StartAsync();
        var guest = await TestGuest.BootAsync(libvirt);
        Assert.Equal(User, await OwnerAsync(guest.SystemDisk));
        using var cli = await StrictAsync(libvirt);
        (await cli.RunAsync("vm", "check", guest.Name)).Must();

        var full = (await cli.RunAsync("backup", guest.Name)).Must();
        Assert.Equal(("full", "file-system"), (full.Reading().Mode, full["consistency"].GetString()));
        await guest.RunAsync("head -c 3000000 /dev/urandom > /srv/new; sync");
        Assert.Equal("incremental", (await cli.BackupAsync(guest.Name)).Reading().Mode);
        await guest.MustBeUndisturbedAsync();
        (await libvirt.VirshAsync("destroy", guest.Name)).Must();

        (await cli.RunAsync("restore", full.Point, "--replace")).Must();
        await guest.StartAsync();
        Assert.StartsWith("ok system ", await guest.WriterFoundAsync(), StringComparison.Ordinal);
        Assert.Equal("none", (await guest.RunAsync("[ -e /srv/new ] || echo none")).Trim());
    }

    private static async Task<PrivateLibvirt> StartAsync()
    {
        Needs.VirtualMachine();
        Needs.Programs("setpriv");
        Assert.SkipUnless((await Tool.RunAsync("id", User)).ExitCode == 0, $"needs the user {User}");
        return await PrivateLibvirt.StartAsync(User);
    }

    /// <summary>Its data folder was made by a root whose umask lets nobody else in.</summary>
    private static async Task<StillpointCli> StrictAsync(PrivateLibvirt libvirt)
    {
        var cli = new StillpointCli(libvirt);
        var init = cli.Call("vault", "init", cli.Vault, "--recovery-key-file", cli.Folder["recovery-key"]);
        (await cli.RunAsync(new ToolCall("sh", ["-c", "umask 077; exec \"$0\" \"$@\"", init.File, .. init.Arguments], init.Bound))).Must();
        return cli;
    }

    private static async Task<string> OwnerAsync(string file) => (await Tool.RunAsync("stat", "-c", "%U", file)).Must().Out.Trim();
}
