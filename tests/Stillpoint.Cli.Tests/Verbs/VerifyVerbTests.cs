using Stillpoint.Cli.Tests.Hosting;
using Xunit;

namespace Stillpoint.Cli.Tests.Verbs;

public sealed class VerifyVerbTests
{
    [Fact]
    public async Task Sample_LeavesTheRest_AndStatsTellWhatIsUnproven()
    {
        using var host = await new CliHost().WithVaultAsync();
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(1));
        await KnownPoint.AddAsync(host.Vault, KnownPoint.Disk(2));
        var before = (await host.JsonAsync("vault", "stats")).Must().Json;
        var packs = before.GetProperty("packsUnproven").GetInt64();
        Assert.True(packs >= 4);
        var json = (await host.JsonAsync("vault", "verify", "--full", "--sample", "1", "--max-time", "60")).Must().Json;
        Assert.Equal((1L, packs - 1), (json.GetProperty("objects").GetInt64(), json.GetProperty("packsLeft").GetInt64()));
        Assert.Equal(packs - 1, (await host.JsonAsync("vault", "stats")).Must().Json.GetProperty("packsUnproven").GetInt64());
        var quick = (await host.BareAsync("vault", "verify", "--sample", "1", "--max-time", "60", "--data", host.Data, "--json")).Must().Json;
        Assert.Equal((1L, false), (quick.GetProperty("objects").GetInt64(), quick.GetProperty("full").GetBoolean()));
        Assert.True(quick.GetProperty("packsLeft").GetInt64() >= packs - 1);
        (await host.JsonAsync("vault", "verify", "--full", "--sample", "0")).MustFail(2, "usage-invalid");
    }
}
