using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Waagent;

/// <summary>The tools that the rules are for take them, in network namespaces of their own.</summary>
[Trait("Needs", Needs.Tools)]
public sealed class EndpointToolTests
{
    [Fact]
    public async Task Nft_TakesTheRulesAndTakesThemAgain()
    {
        Needs.Root();
        Needs.Programs("nft", "unshare");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["rules"], await PrintedAsync("nft"));
        var seen = (await Tool.RunAsync("unshare", "--net", "--", "sh", "-euc", "nft -c -f \"$1\"; nft -f \"$1\"; nft -f \"$1\"; nft list chain inet filter stillpoint", "sh", folder["rules"])).Must().Out;
        Assert.Equal(4, seen.Split("accept").Length - 1);
    }

    [Fact]
    public async Task IpTables_TakesTheRulesAndTakesThemAgain()
    {
        Needs.Root();
        Needs.Programs("iptables-restore", "iptables-save", "unshare");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["rules"], await PrintedAsync("iptables"));
        var seen = (await Tool.RunAsync("unshare", "--net", "--", "sh", "-euc",
            "iptables-restore --noflush --test \"$1\"; iptables-restore --noflush \"$1\"; iptables-restore --noflush \"$1\"; iptables -I OUTPUT -j STILLPOINT; iptables-save", "sh", folder["rules"])).Must().Out;
        Assert.Equal(4, seen.Split("-j ACCEPT").Length - 1);
    }

    /// <summary>As a user's shell gets them.</summary>
    internal static async Task<string> PrintedAsync(string format)
    {
        var program = Repository.PathOf("artifacts", "bin", "Stillpoint.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "stillpoint");
        return (await Tool.RunAsync(program, "network", "endpoints", "--format", format)).Must().Out;
    }
}
