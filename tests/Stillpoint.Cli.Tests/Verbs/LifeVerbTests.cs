using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class LifeVerbTests
{
    [Fact]
    public async Task Forget_AndUnforget_HideAndBringBack()
    {
        using var host = await new CliHost().WithVaultAsync();
        var one = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var two = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2));
        var json = (await host.JsonAsync("point", "forget", one, two[..25], "--yes")).Must().Json;
        Assert.Equal(2, json.GetProperty("forgotten").GetArrayLength());
        Assert.Equal([], await PointsAsync(host));
        Assert.Equal([one, two], await PointsAsync(host, "--forgotten"));
        (await host.JsonAsync("point", "show", one)).MustFail(3, "point-forgotten");
        (await host.JsonAsync("point", "unforget", one)).Must();
        Assert.Equal([one], await PointsAsync(host));
        (await host.JsonAsync("point", "unforget", one)).MustFail(3, "point-not-found");
    }

    [Fact]
    public async Task Forget_OfAPointWhoseManifestIsDamaged_LetsGarbageBeCollectedAgain()
    {
        using var host = await new CliHost().WithVaultAsync();
        var whole = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var broken = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2));
        var manifest = Assert.Single(Directory.GetFiles(host.Vault, broken, SearchOption.AllDirectories));
        File.WriteAllBytes(manifest, [.. File.ReadAllBytes(manifest).Reverse()]);
        (await host.JsonAsync("vault", "gc", "--now", "--yes")).MustFail(6, "vault-damaged");
        var json = (await host.JsonAsync("point", "forget", broken, "--yes")).Must().Json;
        Assert.Equal(broken, json.GetProperty("damaged")[0].GetString());
        Assert.Equal(0, json.GetProperty("forgotten").GetArrayLength());
        (await host.JsonAsync("vault", "gc", "--now", "--yes")).Must();
        Assert.Empty(Directory.GetFiles(host.Vault, broken, SearchOption.AllDirectories));
        Assert.Equal([whole], await PointsAsync(host));
    }

    [Fact]
    public async Task Forget_ByRetention_SaysWhyEachStays_DryRunChangesNothing()
    {
        using var host = await new CliHost().WithVaultAsync();
        var points = new List<string>();
        for (var i = 0; i < 3; i++) points.Add(await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(i)));
        var id = (await host.JsonAsync("point", "show", points[0])).Must().Json.GetProperty("vmId").GetString()!;
        var dry = (await host.JsonAsync("point", "forget", "--vm", id, "--keep-last", "1", "--dry-run")).Must().Json;
        Assert.Equal(2, dry.GetProperty("forgotten").GetArrayLength());
        Assert.Equal(["last", "newest-whole", "newest-of-highest-rank"], dry.GetProperty("kept")[0].GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!));
        Assert.Equal(3, (await PointsAsync(host)).Count);
        (await host.RunAsync("point", "forget", "--vm", id, "--keep-last", "1", "--time-zone", "Europe/Amsterdam", "--yes")).Must();
        Assert.Single(await PointsAsync(host));
    }

    [Theory]
    [InlineData("usage-choose-one")]
    [InlineData("usage-choose-one", "--vm", "web")]
    [InlineData("usage-conflict", "--vm", "web", "--all", "web")]
    [InlineData("usage-conflict", "--all", "web", "--keep-last", "1")]
    [InlineData("usage-conflict", "01j0", "--vm", "web")]
    [InlineData("usage-conflict", "01j0", "--keep-daily", "3")]
    [InlineData("usage-invalid", "--vm", "web", "--keep-last", "0")]
    [InlineData("usage-invalid", "--vm", "web", "--keep-last", "1", "--time-zone", "Mars/Base")]
    public async Task Forget_ContradictingWords_AreRefused(string code, params string[] words)
    {
        using var host = await new CliHost().WithVaultAsync();
        (await host.JsonAsync(["point", "forget", .. words, "--yes"])).MustFail(2, code);
    }

    [Fact]
    public async Task ForgetAll_ThenGcNow_FreesEverything_ButAsksFirst()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        var id = (await host.JsonAsync("point", "show", point)).Must().Json.GetProperty("vmId").GetString()!;
        (await host.JsonAsync("point", "forget", "--all", id)).MustFail(1, "not-confirmed");
        (await host.JsonAsync("point", "forget", "--all", id, "--yes")).Must();
        (await host.JsonAsync("vault", "gc", "--now")).MustFail(1, "not-confirmed");
        Assert.Equal(0, (await host.JsonAsync("vault", "gc")).Must().Json.GetProperty("packsDeleted").GetInt64());
        var dry = (await host.JsonAsync("vault", "gc", "--now", "--dry-run")).Must().Json;
        var json = (await host.JsonAsync("vault", "gc", "--now", "--yes", "--max-time", "5")).Must().Json;
        Assert.Equal(point, json.GetProperty("pointsTaken")[0].GetString());
        Assert.Equal(dry.GetProperty("bytesFreed").GetInt64(), json.GetProperty("bytesFreed").GetInt64());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(host.Vault, "packs"), "*", SearchOption.AllDirectories));
        Assert.Equal([], await PointsAsync(host, "--forgotten"));
    }

    [Fact]
    public async Task GcNow_SecondQuestion_NamesThePoints()
    {
        using var host = await new CliHost().WithVaultAsync();
        var point = await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        (await host.RunAsync("point", "forget", point, "--yes")).Must();
        host.Typed = new(["y", "n"]);
        var call = await host.RunAsync("vault", "gc", "--now");
        Assert.Equal(1, call.ExitCode);
        Assert.Contains(point, call.Error, StringComparison.Ordinal);
        Assert.Equal([point], await PointsAsync(host, "--forgotten"));
    }

    private static async Task<List<string>> PointsAsync(CliHost host, params string[] options) =>
        [.. (await host.JsonAsync(["point", "list", .. options])).Must().Json.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("point").GetString()!)];
}
