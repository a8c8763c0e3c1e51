using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Doctor.Tests;

/// <summary>The catalogue against lists written by hand.</summary>
public sealed class CauseListTests
{
    private static string Folder => Repository.PathOf("tests", "Stillpoint.Doctor.Tests");

    [Fact]
    public void Ids_OfTheCatalogue_AreThoseOfTheList()
    {
        var list = File.ReadAllLines(Path.Combine(Folder, "cause-ids.txt"));
        Assert.Equal(111, list.Length);
        Assert.Equal(list.Order(StringComparer.Ordinal), Catalogue.All.Select(c => c.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Cases_OfEveryCause_AreThereForItAndAgainstIt() => Assert.All(Catalogue.All, cause =>
    {
        var cases = Directory.GetFiles(Path.Combine(Folder, "Cases", cause.Id), "*.txt").Select(Path.GetFileName).ToArray();
        Assert.Contains(cases, c => c!.StartsWith("positive-", StringComparison.Ordinal));
        Assert.Contains(cases, c => c!.StartsWith("lookalike-", StringComparison.Ordinal));
    });

    [Fact]
    public void LookAlikes_ThatACauseYieldsToOrExplains_AreInTheCatalogue() => Assert.All(Catalogue.All, cause =>
        Assert.All(cause.YieldsTo.Concat(cause.Explains), id => Assert.NotNull(Catalogue.Find(id))));

    /// <summary>The article's four causes and five rows, by the ids that stand for them.</summary>
    [Theory]
    [InlineData("C1", "net-no-outbound net-proxy net-restricted")]
    [InlineData("C2", "agent-crash-loop agent-not-running agent-outdated")]
    [InlineData("C3", "ext-load-failed ext-provider-service-disabled ext-version-outdated")]
    [InlineData("C4", "snap-status-unavailable")]
    [InlineData("T1", "sql-vss-full-backup")]
    [InlineData("T2", "vmstate-misreported")]
    [InlineData("T3", "sched-concurrent")]
    [InlineData("T4", "res-high-cpu res-high-memory")]
    [InlineData("T5", "net-dhcp-no-host-address")]
    public void Seeds_AreCoveredBy(string seed, string ids) =>
        Assert.Equal(ids.Split(' '), Catalogue.All.Where(c => c.Card.Seed == seed).Select(c => c.Id).Order(StringComparer.Ordinal));
}
