using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Tests.Fakes;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

/// <summary>Verbs that only look.</summary>
public sealed class LookingVerbTests
{
    [Fact]
    public async Task VmList_OfTheHost_NamesItsVms()
    {
        using var host = new CliHost();
        var vm = (await host.JsonAsync("vm", "list")).Must().Json.GetProperty("vms")[0];
        Assert.Equal(("guest", "running", FakeHost.Vm.ToString()), (vm.GetProperty("name").GetString(), vm.GetProperty("state").GetString(), vm.GetProperty("id").GetString()));
        Assert.Contains("guest  running  " + FakeHost.Vm, (await host.RunAsync("vm", "list")).Must().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VmShow_BeforeTheFirstBackup_SaysWhatWillBeInIt()
    {
        using var host = new CliHost();
        var disks = (await host.JsonAsync("vm", "show", FakeHost.VmName)).Must().Json.GetProperty("disks");
        Assert.Equal(
            ["vda True True", "vdb True False", "sda False False"],
            disks.EnumerateArray().Select(d => $"{d.GetProperty("name").GetString()} {d.GetProperty("inBackup").GetBoolean()} {d.GetProperty("tracked").GetBoolean()}"));
        var text = (await host.RunAsync("vm", "show", FakeHost.VmName)).Must().Out;
        foreach (var part in new[] { "yes; changes are tracked", "yes; read in full each time", "Disk sda cannot be in a recovery point: a CD-ROM drive.", "--tracking none" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PointShow_OfAPoint_SaysWhatItIsWorthAndWhy()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var json = (await host.JsonAsync("point", "show", point)).Must().Json;
        Assert.Equal(("crash", "agent-not-configured"), (json.GetProperty("consistency").GetString(), json.GetProperty("reason").GetProperty("code").GetString()));
        var text = (await host.RunAsync("point", "show", point)).Must().Out;
        Assert.Contains("Less than wanted: The VM has no channel for the agent", text, StringComparison.Ordinal);
        Assert.Contains("Left out (sda):", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PointList_OfOneVm_LeavesOthersOut()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2), new(Guid.NewGuid()), "other");
        var points = (await host.JsonAsync("point", "list", "--vm", FakeHost.VmName)).Must().Json.GetProperty("points");
        Assert.Equal([point], points.EnumerateArray().Select(p => p.GetProperty("point").GetString()));
    }

    [Fact]
    public async Task JobList_AfterJobs_IsNewestFirst()
    {
        using var host = await new CliHost().WithVaultAsync();
        var first = (await host.JsonAsync("backup", FakeHost.VmName)).Must().Json.GetProperty("job").GetString();
        var second = (await host.JsonAsync("backup", FakeHost.VmName)).Must().Json.GetProperty("job").GetString();
        var jobs = (await host.JsonAsync("job", "list", "--vm", FakeHost.VmName)).Must().Json.GetProperty("jobs");
        Assert.Equal([second, first], jobs.EnumerateArray().Select(j => j.GetProperty("job").GetString()));
        Assert.Equal(1, (await host.JsonAsync("job", "list", "--limit", "1")).Must().Json.GetProperty("jobs").GetArrayLength());
        (await host.JsonAsync("job", "list", "--limit", "0")).MustFail(2, "usage-invalid");
        (await host.JsonAsync("job", "show", "nothing")).MustFail(3, "job-not-found");
    }

    [Fact]
    public async Task HostCheck_WithToolsMissing_NamesThemAndTheirPackage()
    {
        using var host = new CliHost();
        var call = await host.JsonAsync("host", "check");
        Assert.Equal((1, false), (call.ExitCode, call.Json.GetProperty("good").GetBoolean()));
        var missing = call.Json.GetProperty("checks").EnumerateArray().Where(c => !c.GetProperty("good").GetBoolean()).Select(c => c.GetProperty("subject").GetString());
        Assert.Equal(["qemu-img", "qemu-nbd", "setpriv"], missing);
        foreach (var tool in new[] { "qemu-img", "qemu-nbd", "setpriv" }) File.WriteAllText(host.Folder[tool], "");
        host.Variables["PATH"] = host.Folder.Path;
        (await host.RunAsync("host", "check")).Must();
        Assert.Equal("qemu:///system", (await host.JsonAsync("host", "list")).Must().Json.GetProperty("hosts")[0].GetProperty("uri").GetString());
    }

    [Theory]
    [InlineData("nl", "Fout: De opdracht `vualt` bestaat niet. Bedoelde u `vault`? `stillpoint --help` toont wat er wel is.\n")]
    [InlineData("fr", "Erreur\u202f: La commande `vualt` n'existe pas. Vouliez-vous dire `vault`\u202f? `stillpoint --help` montre celles qui existent.\n")]
    [InlineData("zh-Hans", "错误：没有命令 `vualt`。您是否想输入 `vault`？可用的命令见 `stillpoint --help`。\n")]
    [InlineData("pt-BR", "Erro: O comando `vualt` não existe. Você quis dizer `vault`? `stillpoint --help` mostra os que existem.\n")]
    public async Task Mistake_InEachLanguage_IsToldInIt(string tag, string expected)
    {
        using var host = new CliHost();
        host.Variables["LANG"] = tag.Replace('-', '_') + ".UTF-8";
        var call = await host.BareAsync("vualt");
        Assert.Equal((2, expected), (call.ExitCode, call.Error));
    }
}
