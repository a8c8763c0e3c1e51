using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class RestoreVerbTests
{
    [Theory]
    [InlineData("", "usage-choose-one")]
    [InlineData("--as x", "usage-choose-one")]
    [InlineData("--as x --folder /a --pool b", "usage-choose-one")]
    [InlineData("--as x --folder /a --replace", "usage-choose-one")]
    [InlineData("--replace --disk vda=/a", "usage-choose-one")]
    [InlineData("--replace --folder /a", "usage-conflict")]
    [InlineData("--disk vda=/a --start", "usage-conflict")]
    [InlineData("--as x --folder /a --keep-old", "usage-conflict")]
    [InlineData("--replace --overwrite", "usage-conflict")]
    public async Task Restore_OptionsThatDoNotFit_AreUsageErrors(string options, string code)
    {
        using var host = new CliHost();
        string[] words = ["restore", "point", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        (await host.JsonAsync(words)).MustFail(2, code);
    }

    [Theory]
    [InlineData("vda")]
    [InlineData("=x")]
    [InlineData("vda=")]
    [InlineData("vda=:raw")]
    public async Task Restore_DiskThatIsNoPair_IsAUsageError(string disk)
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.JsonAsync("restore", point, "--disk", disk)).MustFail(2, "usage-invalid");
    }

    [Fact]
    public async Task Restore_EachWay_IsTheOrderItSays()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.RunAsync("restore", point[..20], "--as", "copy", "--folder", "/srv/x", "--format", "raw", "--disconnected")).Must();
        (await host.RunAsync("restore", point, "--as", "copy", "--pool", "default", "--start")).Must();
        (await host.RunAsync("restore", point, "--replace", "--keep-old", "--yes")).Must();
        (await host.RunAsync("restore", point, "--disk", "vda=/a:b:qcow2", "--disk", "vdb=/dev/sdx", "--yes", "--overwrite")).Must();
        var orders = host.Engine.Restores;
        Assert.Equal(new RestoreAsNewVm(orders[0].Job, point, "copy", "/srv/x", null, "raw", NetworkConnected: false, Start: false), orders[0]);
        Assert.Equal(new RestoreAsNewVm(orders[1].Job, point, "copy", null, "default", null, NetworkConnected: true, Start: true), orders[1]);
        Assert.Equal(new RestoreInPlace(orders[2].Job, point, KeepOld: true, Start: false), orders[2]);
        Assert.Equal([new("vda", "/a:b", "qcow2", true), new("vdb", "/dev/sdx", "raw", true)], ((RestoreDisks)orders[3]).Disks);
        Assert.Equal(3, host.Connections); // single disks need no host
    }

    [Fact]
    public async Task Restore_InPlace_AsksFirst()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.JsonAsync("restore", point, "--replace")).MustFail(1, "not-confirmed");
        host.Typed = new(["no"]);
        Assert.Equal(1, (await host.RunAsync("restore", point, "--replace")).ExitCode);
        Assert.Empty(host.Engine.Restores);
        host.Typed = new(["y"]);
        var call = (await host.RunAsync("restore", point, "--replace")).Must();
        Assert.Contains($"Restore guest in place from recovery point `{point}`", call.Error, StringComparison.Ordinal);
        Assert.Single(host.Engine.Restores);
    }

    [Fact]
    public async Task Restore_Answer_IsTakenInTheLanguageAsked()
    {
        using var host = await new CliHost { Typed = new(["oui"]) }.WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.BareAsync("restore", point, "--replace", "--data", host.Data, "--passphrase-file", host.PassphraseFile, "--lang", "fr")).Must();
    }

    [Fact]
    public async Task Restore_Latest_IsTheVmsNewestPoint()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var newest = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(3), new(Guid.NewGuid()), "other");
        (await host.RunAsync("restore", "latest", "--vm", FakeHost.VmName, "--replace", "--yes")).Must();
        (await host.RunAsync("restore", "latest", "--vm", FakeHost.Vm.ToString(), "--replace", "--yes")).Must();
        Assert.All(host.Engine.Restores, o => Assert.Equal(newest, o.Point));
    }

    [Fact]
    public async Task Restore_PointThatIsNotClear_IsNotGuessed()
    {
        using var host = await new CliHost().WithVaultAsync();
        var first = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2), new(Guid.NewGuid()));
        (await host.JsonAsync("restore", "latest", "--vm", FakeHost.VmName, "--replace", "--yes")).MustFail(2, "vm-name-ambiguous");
        (await host.JsonAsync("restore", "latest", "--vm", "nobody", "--replace", "--yes")).MustFail(3, "point-not-found");
        (await host.JsonAsync("restore", "latest", "--replace", "--yes")).MustFail(2, "usage-choose-one");
        (await host.JsonAsync("restore", first, "--vm", "x", "--replace", "--yes")).MustFail(2, "usage-conflict");
        (await host.JsonAsync("restore", first[..4], "--replace", "--yes")).MustFail(2, "point-ambiguous");
        (await host.JsonAsync("restore", "zzzzzz", "--replace", "--yes")).MustFail(3, "point-not-found");
    }

    [Fact]
    public async Task Restore_Json_NamesVmAndDisks()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var json = (await host.JsonAsync("restore", point, "--replace", "--yes")).Must().Json;
        Assert.Equal(["job", "state", "point", "vm", "vmId", "disks", "seconds", "warnings"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("completed", "guest", "/v/a.qcow2"), (json.GetProperty("state").GetString(), json.GetProperty("vm").GetString(), json.GetProperty("disks")[0].GetProperty("target").GetString()));
    }
}
