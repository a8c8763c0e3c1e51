using System.Text.RegularExpressions;
using Xunit;

namespace Stillpoint.Architecture.Tests;

/// <summary>docs/security.md claims nothing that no test shows.</summary>
public sealed class SecurityPageTests
{
    [Fact]
    public void Tests_NamedByTheSecurityPage_Exist()
    {
        var named = Regex.Matches(SourceTree.Text("docs/security.md"), @"`(\w+(?:Tests|Conformance))\.(\w+)`").ToArray();
        Assert.True(named.Length >= 20, $"{named.Length} tests named");
        var suites = SourceTree.Code("tests").ToLookup(file => Path.GetFileNameWithoutExtension(file));
        Assert.All(named, name =>
        {
            var file = Assert.Single(suites[name.Groups[1].Value]);
            Assert.Matches($@"\[(Fact|Theory)[^\n]*\]\s[^{{}}]*\b{name.Groups[2].Value}\(", SourceTree.Text(file));
        });
    }

    [Fact]
    public void Rows_OfTheSecurityPage_EachNameATest()
    {
        var rows = SourceTree.Lines("docs/security.md").Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| cannot", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Matches(@"`\w+(Tests|Conformance)\.\w+`", row));
    }
}
