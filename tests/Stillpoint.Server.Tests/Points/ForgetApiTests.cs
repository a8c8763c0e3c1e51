using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Points;

public sealed class ForgetApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Forget_ByRetention_IsShownThenDoneWithTheNumberAgain()
    {
        await using var host = await ServiceHost.StartAsync();
        string[] points = [await AddAsync(host, 1), await AddAsync(host, 2), await AddAsync(host, 3)];
        var client = host.Client(Role.Operator, "gue*");
        var shown = await client.Points.ForgetAsync(new(Vm: "guest", Keep: new(Last: 1), DryRun: true), None);
        Assert.Equal(points[..2].Order(StringComparer.Ordinal), shown.Forgotten.Select(p => p.Point).Order(StringComparer.Ordinal));
        Assert.Equal(["last", "newest-whole", "newest-of-highest-rank"], Assert.Single(shown.Kept).Reasons);
        Assert.Equal(3, (await client.Points.ListAsync(None)).Items.Count);
        var needed = await Answers.FailsAsync("confirmation-needed", 428, () => client.Points.ForgetAsync(new(Vm: "guest", Keep: new(Last: 1)), None));
        Assert.Equal("2", needed.Arguments["expected"]);
        await client.Points.ForgetAsync(new(Vm: "guest", Keep: new(Last: 1), Confirm: "2"), None);
        Assert.Equal([points[2]], (await client.Points.ListAsync(None)).Items.Select(p => p.Id));
        Assert.Equal(points[..2].Order(StringComparer.Ordinal), (await client.Points.ForgottenAsync(None)).Select(p => p.Id).Order(StringComparer.Ordinal));
        await client.Points.ForgetAsync(new(Vm: "guest", All: true, Confirm: "1"), None);
        Assert.Empty((await client.Points.ListAsync(None)).Items);
    }

    [Fact]
    public async Task Forget_OfOthersPoints_IsOfPointsThatAreNotThere()
    {
        await using var host = await ServiceHost.StartAsync();
        var hidden = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1), new VmId(Guid.NewGuid()), "secret-db");
        var mine = host.Client(Role.Operator, "gue*");
        await Answers.FailsAsync("point-not-found", 404, () => mine.Points.ForgetAsync(new([hidden], Confirm: "1"), None));
        await Answers.FailsAsync("point-not-found", 404, () => mine.Points.ForgetAsync(new([hidden[..8]], Confirm: "1"), None));
        await Answers.FailsAsync("point-not-found", 404, () => mine.Points.ForgetAsync(new(Vm: "secret-db", All: true, Confirm: "1"), None));
        Assert.Equal([hidden], (await host.Client().Points.ForgetAsync(new([hidden], Confirm: "1"), None)).Forgotten.Select(p => p.Point));
    }

    [Fact]
    public async Task Forget_OfNeitherOrBoth_SaysWhatIsWanted()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await AddAsync(host, 1);
        var client = host.Client();
        foreach (var request in new Contracts.ForgetRequest[] { new(), new([point], "guest"), new(Vm: "guest"), new(Vm: "guest", Keep: new(), All: false), new(Vm: "guest", Keep: new(Last: 1), All: true) })
            await Answers.FailsAsync("request-invalid", 400, () => client.Points.ForgetAsync(request, None));
        await Answers.FailsAsync("request-invalid", 400, () => client.Points.ForgetAsync(new(Vm: "guest", Keep: new(Last: 1), TimeZone: "Mars"), None));
    }

    private static Task<string> AddAsync(ServiceHost host, int seed) => KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(seed));
}
