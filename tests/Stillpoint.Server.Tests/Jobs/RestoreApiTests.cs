using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Engine.Restore;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Jobs;

public sealed class RestoreApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Restore_InPlace_NeedsTheVmsNameAgain()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var client = host.Client(Role.Operator);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Jobs.RestoreAsync(new(point, InPlace: new("gest")), None));
        var end = await client.EndOfAsync((await client.Jobs.RestoreAsync(new(point, InPlace: new("guest", KeepOld: true)), None)).Job);
        Assert.Equal(("restore", "completed", point), (end.Job.Kind, end.Job.State, end.Job.Point));
        var order = Assert.IsType<RestoreInPlace>(Assert.Single(host.Engine.Restores));
        Assert.Equal((point, true, false), (order.Point, order.KeepOld, order.Start));
    }

    [Fact]
    public async Task Restore_AsNewVm_OrdersJustThat()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var client = host.Client(Role.Operator);
        var folder = host.Folder["restored", "deep"];
        await client.EndOfAsync((await client.Jobs.RestoreAsync(new(point, NewVm: new("copy", folder, null, "raw", Connected: false, Start: true)), None)).Job);
        var order = Assert.IsType<RestoreAsNewVm>(Assert.Single(host.Engine.Restores));
        Assert.Equal(("copy", folder, null, "raw", false, true), (order.Name, order.Folder, order.Pool, order.Format, order.NetworkConnected, order.Start));
    }

    [Fact]
    public async Task Restore_OutsideTheFoldersAllowed_IsRefusedEvenOverALink()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var allowed = host.Folder["restored"];
        Directory.CreateDirectory(allowed);
        Directory.CreateSymbolicLink(Path.Combine(allowed, "out"), "/etc");
        var client = host.Client(Role.Admin);
        foreach (var path in new[] { "/etc/cron.d/x", $"{allowed}/../x", $"{allowed}/out/cron.d/x", $"{allowed}x/y", "relative", $"{allowed}//x" })
        {
            var problem = await Answers.FailsAsync("request-invalid", 400, () => client.Jobs.RestoreAsync(new(point, Disks: [new("vda", path)]), None));
            Assert.Equal("disks.path", problem.Arguments["field"]);
        }
        // Whoever may open the socket could write there anyhow.
        var local = host.Local();
        await local.EndOfAsync((await local.Jobs.RestoreAsync(new(point, Disks: [new("vda", host.Folder["elsewhere"], "qcow2", Overwrite: true)]), None)).Job);
        var disk = Assert.Single(Assert.IsType<RestoreDisks>(Assert.Single(host.Engine.Restores)).Disks);
        Assert.Equal(new("vda", host.Folder["elsewhere"], "qcow2", true), disk);
    }

    [Fact]
    public async Task Restore_InNoneOrTwoWays_IsRefused()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        foreach (var request in new RestoreRequest[] { new("x"), new("x", new("a", "/b"), new("c")), new("x", Disks: []), new("x", new("a")), new("x", new("a/b", "/b")) })
            await Answers.FailsAsync("request-invalid", 400, () => client.Jobs.RestoreAsync(request, None));
    }
}
