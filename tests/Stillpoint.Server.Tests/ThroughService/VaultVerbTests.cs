using System.Text.Json;
using System.Text.RegularExpressions;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Server.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>A vault asked about by the real program: through the service, and by the program itself without one.</summary>
public sealed partial class VaultVerbTests
{
    [Fact]
    public async Task Verbs_OfTheVault_PrintTheSameWithAServiceAndWithout()
    {
        await using var host = await ServiceHost.StartAsync();
        using var alone = new TempFolder();
        string[] points = [await AddAsync(host, 1), await AddAsync(host, 2), await AddAsync(host, 3)];
        string[][] calls =
        [
            ["point", "list"], ["point", "list", "--vm", "guest"], ["point", "list", "--vm", "nobody"], ["point", "show", points[0]], ["point", "show", points[1][..22]],
            ["point", "show", "latest", "--vm", "guest"], ["point", "show", "01arz3ndek"], ["point", "forget", "--vm", "guest", "--keep-last", "1", "--dry-run", "--time-zone", "UTC"],
            ["point", "forget", points[0], "--dry-run"], ["point", "forget", "--vm", "nobody", "--keep-last", "1"], ["point", "list", "--forgotten"],
            ["vault", "verify"], ["vault", "verify", "--full"], ["vault", "gc", "--dry-run"], ["vault", "stats"],
        ];
        foreach (var call in calls)
        {
            var there = await CliProcess.Of(host).JsonAsync(call);
            var here = await new CliProcess(alone["data"]).JsonAsync([.. call, "--vault", host.VaultFolder, "--passphrase-file", host.Options.PassphraseFile!]);
            Assert.Equal((string.Join(' ', call), here.ExitCode, Bare(here.Out)), (string.Join(' ', call), there.ExitCode, Bare(there.Out)));
        }
        var kinds = (await host.Client().Jobs.ListAsync(CancellationToken.None)).Items.Select(j => j.Kind);
        Assert.Equal(["gc", "verify", "verify"], kinds);
    }

    [Fact]
    public async Task Forget_AndGc_ThroughTheService_AskFirstAndDoIt()
    {
        await using var host = await ServiceHost.StartAsync();
        string[] points = [await AddAsync(host, 1), await AddAsync(host, 2)];
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("point", "forget", "--vm", "guest", "--keep-last", "1")).MustFail(1, "not-confirmed");
        Assert.Equal(points[0], (await cli.JsonAsync("point", "forget", "--vm", "guest", "--keep-last", "1", "--yes")).Must().Json.GetProperty("forgotten")[0].GetProperty("point").GetString());
        Assert.Equal(points[0], (await cli.JsonAsync("point", "list", "--forgotten")).Must().Json.GetProperty("points")[0].GetProperty("point").GetString());
        (await cli.JsonAsync("point", "unforget", points[0][..20])).Must();
        (await cli.JsonAsync("point", "forget", points[0], "--yes")).Must();
        (await cli.JsonAsync("vault", "gc", "--now")).MustFail(1, "not-confirmed");
        var gc = (await cli.JsonAsync("vault", "gc", "--now", "--yes")).Must().Json;
        Assert.Equal(points[0], gc.GetProperty("pointsTaken")[0].GetString());
        Assert.Equal(points[1], (await cli.JsonAsync("point", "list")).Must().Json.GetProperty("points")[0].GetProperty("point").GetString());
    }

    [Fact]
    public async Task Verify_OfADamagedVault_IsToldAsDamage()
    {
        await using var host = await ServiceHost.StartAsync();
        await AddAsync(host, 1);
        var pack = Directory.EnumerateFiles(Path.Combine(host.VaultFolder, "packs"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(pack, bytes);
        var cli = CliProcess.Of(host);
        var packs = await cli.JsonAsync("vault", "verify");
        Assert.Equal((6, false, 1), (packs.ExitCode, packs.Json.GetProperty("whole").GetBoolean(), packs.Json.GetProperty("damage").GetArrayLength()));
        var full = await cli.JsonAsync("vault", "verify", "--full");
        Assert.Equal((6, "guest", "vda"), (full.ExitCode, full.Json.GetProperty("points")[0].GetProperty("vm").GetString(), full.Json.GetProperty("points")[0].GetProperty("disk").GetString()));
    }

    [Fact]
    public async Task Copy_ThroughTheService_TakesWhatWasNamed()
    {
        await using var host = await ServiceHost.StartAsync();
        string[] points = [await AddAsync(host, 1), await AddAsync(host, 2)];
        var cli = CliProcess.Of(host);
        (await cli.JsonAsync("vault", "copy", host.Folder["copy"], "--vm", "nobody")).MustFail(3, "vm-not-found");
        var first = (await cli.JsonAsync("vault", "copy", host.Folder["copy"], "--point", points[1][..22])).Must().Json;
        Assert.Equal((true, points[1], 0), (first.GetProperty("made").GetBoolean(), first.GetProperty("points")[0].GetString(), first.GetProperty("pointsThere").GetInt32()));
        var rest = (await cli.JsonAsync("vault", "copy", host.Folder["copy"])).Must().Json;
        Assert.Equal((false, points[0], 1), (rest.GetProperty("made").GetBoolean(), rest.GetProperty("points")[0].GetString(), rest.GetProperty("pointsThere").GetInt32()));
    }

    private static Task<string> AddAsync(ServiceHost host, int seed) => KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(seed));

    /// <summary>Without who is at work in it, which is another one each time, and without the rest of a verification's proofs.</summary>
    private static string Bare(string text) => Leases().Replace(text, "\"leases\": []");

    [GeneratedRegex(@"""leases"": \[[^\]]*\]")]
    private static partial Regex Leases();
}
