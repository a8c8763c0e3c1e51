using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>What people and machines do wrong: a clear code each, and a guest that never notices.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class BadInputTests(VmSuite suite)
{
    [Fact]
    public async Task Backup_OfAnUnknownVm_SaysSo()
    {
        Needs.VirtualMachine();
        using var cli = await StillpointCli.WithVaultAsync(await suite.LibvirtAsync());
        (await cli.RunAsync("backup", "nobody-of-this-name")).MustFail(3, "vm-not-found");
    }

    [Fact]
    public async Task Restore_OfAnUnknownPoint_SaysSo()
    {
        Needs.VirtualMachine();
        using var cli = await StillpointCli.WithVaultAsync(await suite.LibvirtAsync());
        (await cli.RunAsync("restore", "01arz3ndektsv4rrffq69g5fav", "--as", "copy", "--folder", cli.Folder["vms"])).MustFail(3, "point-not-found");
    }

    [Fact]
    public async Task Backup_OnARemoteHost_NamesTheWorkerItWillNeed()
    {
        Needs.VirtualMachine();
        using var cli = await StillpointCli.WithVaultAsync(await suite.LibvirtAsync());
        var call = cli.Call("backup", "web1");
        var remote = call.Arguments.Select(a => a.StartsWith("qemu+unix", StringComparison.Ordinal) ? "qemu+ssh://backup@kvm2.invalid/system" : a);
        (await cli.RunAsync(call with { Arguments = [.. remote] })).MustFail(9, "host-remote-needs-worker");
    }

    [Fact]
    public async Task Backup_WithoutPermissionOnTheSocket_SaysSo()
    {
        Needs.VirtualMachine();
        Needs.Programs("setpriv");
        using var cli = await StillpointCli.WithVaultAsync(await suite.LibvirtAsync());
        (await Tool.RunAsync("chown", "-R", "nobody", cli.Folder.Path)).Must();
        // The folder of the suite lets others through; it is the socket's own mode (0700) that refuses.
        (await Tool.RunAsync("chmod", "755", (await suite.LibvirtAsync()).Folder, cli.Folder.Path)).Must();
        var call = cli.Call("backup", "guest");
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs", "--"];
        var reaches = await Tool.RunAsync("setpriv", [.. asNobody, "test", "-x", call.File]);
        Assert.SkipUnless(reaches.ExitCode == 0, "needs a checkout that other users may read");
        (await cli.RunAsync(call with { File = "setpriv", Arguments = [.. asNobody, call.File, .. call.Arguments] }))
            .MustFail(8, "host-permission-denied");
    }

    [Fact]
    public async Task Restore_ToANameThatIsTaken_TouchesNothing()
    {
        Needs.VirtualMachine();
        var guest = await TestGuest.DefineAsync(await suite.LibvirtAsync(), "taken");
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var point = (await cli.RunAsync("backup", "taken", "--exclude-disk", "vda")).Must().Point;
        Directory.CreateDirectory(cli.Folder["vms"]);
        (await cli.RunAsync("restore", point, "--as", "taken", "--folder", cli.Folder["vms"])).MustFail(1, "vm-name-taken");
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Folder["vms"]));
        await guest.RemoveAsync();
    }

    [Fact]
    public async Task Backup_WhileAnotherRuns_IsRefusedAtOnce()
    {
        Needs.VirtualMachine();
        var guest = await suite.RunningGuestAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        using var other = await StillpointCli.WithVaultAsync(guest.Libvirt);
        var (held, go) = (cli.Folder["held"], cli.Folder["go"]);
        using var first = cli.Start("backup", guest.Name, "--exclude-disk", "vda", "--before-release", $"touch {held}; while [ ! -e {go} ]; do sleep 0.1; done");
        await Eventually.IsAsync("the first backup holds the VM", () => File.Exists(held) || first.HasEnded);

        (await cli.RunAsync("backup", guest.Name)).MustFail(7, "vm-backup-running");
        // From another data folder there is no lock of ours to see: libvirt's running job is what refuses.
        var elsewhere = await other.RunAsync("backup", guest.Name);
        Assert.Equal(7, elsewhere.ExitCode);

        await File.WriteAllTextAsync(go, "");
        (await first.ResultAsync()).Must();
        await guest.MustBeUndisturbedAsync();
    }
}
