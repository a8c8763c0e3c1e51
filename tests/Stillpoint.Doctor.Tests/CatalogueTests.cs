using System.Text.RegularExpressions;
using Xunit;

namespace Stillpoint.Doctor.Tests;

/// <summary>What every entry of the catalogue owes the engine.</summary>
public sealed partial class CatalogueTests
{
    [Fact]
    public void Ids_OfAllCauses_AreKebabCaseAndOnlyOnce()
    {
        Assert.All(Catalogue.All, cause => Assert.Matches(Kebab(), cause.Id));
        Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(c => c.Id).Distinct().Count());
    }

    [Fact]
    public void Remedies_OfAllCauses_AreThereOnceEach() => Assert.All(Catalogue.All, cause =>
    {
        Assert.NotEmpty(cause.Card.Remedies);
        Assert.All(cause.Card.Remedies, remedy => Assert.Matches(Kebab(), remedy.Slug));
        Assert.Equal(cause.Card.Remedies.Count, cause.Card.Remedies.Select(r => r.Slug).Distinct().Count());
    });

    [Fact]
    public void Patterns_OfACause_AreTheSameEachTime() => Assert.All(Catalogue.All, cause => Assert.Equal(cause.Patterns, cause.Patterns));

    [Fact]
    public void Diagnosis_OfNoFacts_IsHealthy()
    {
        var diagnosis = Diagnostician.Default.Diagnose([]);
        Assert.True(diagnosis.Healthy);
        Assert.Empty(diagnosis.Causes);
        Assert.Empty(diagnosis.Candidates);
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Kebab();
}
