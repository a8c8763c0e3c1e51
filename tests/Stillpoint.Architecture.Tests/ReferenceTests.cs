using System.Xml.Linq;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Architecture.Tests;

/// <summary>Who may know whom (docs/architecture.md, ADR 0001). A new project or reference changes this table, and that is the point.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Model"] = [],
        ["Texts"] = ["Model"],
        ["Vault"] = ["Model"],
        ["Hypervisor"] = ["Model"],
        ["Waagent"] = ["Model"],
        ["Engine"] = ["Model", "Vault", "Hypervisor", "Waagent"],
        ["Doctor"] = ["Model"],
        ["Fabric"] = ["Model", "Waagent"],
        ["Extension"] = [],
        ["Control"] = ["Engine", "Doctor"],
        ["Contracts"] = [],
        ["Server"] = ["Control", "Texts", "Contracts"],
        ["Cli"] = ["Control", "Texts", "Doctor", "Contracts"],
    };

    [Fact]
    public void Projects_OfSource_ReferenceOnlyWhatTheTableAllows()
    {
        var actual = SourceTree.Projects("src").ToDictionary(Name, project => References(project, "ProjectReference").Select(Name).ToArray());
        Assert.Equal(Allowed.Keys.Order(), actual.Keys.Order());
        Assert.All(actual, pair => Assert.Subset(Allowed[pair.Key].ToHashSet(), pair.Value.ToHashSet()));
    }

    [Fact]
    public void Model_ForItsPurity_HasNoPackage() =>
        Assert.Empty(References("src/Stillpoint.Model/Stillpoint.Model.csproj", "PackageReference"));

    [Fact]
    public void TestKit_ToServeEveryProject_ReferencesNoneOfOurs() =>
        Assert.Empty(References("tests/Stillpoint.TestKit/Stillpoint.TestKit.csproj", "ProjectReference"));

    [Fact]
    public void Packages_OfEveryProject_ArePinnedCentrallyAndLocked()
    {
        foreach (var project in SourceTree.Projects("src").Concat(SourceTree.Projects("tests")).Concat(SourceTree.Projects("bench")))
        {
            Assert.DoesNotContain("Version=", string.Concat(Elements(project, "PackageReference")), StringComparison.Ordinal);
            Assert.Contains(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"), SourceTree.Files);
        }
        var versions = Elements("Directory.Packages.props", "PackageVersion").Select(e => (string)e.Attribute("Version")!).ToArray();
        Assert.NotEmpty(versions);
        Assert.All(versions, version => Assert.DoesNotContain('*', version));
    }

    [Fact]
    public void Solution_ToBuildEverything_ListsEveryProject()
    {
        var listed = Elements("Stillpoint.slnx", "Project").Select(e => (string)e.Attribute("Path")!).Order();
        var there = SourceTree.Projects("src").Concat(SourceTree.Projects("tests")).Concat(SourceTree.Projects("bench")).Order();
        Assert.Equal(there, listed);
    }

    [Fact]
    public void Projects_OfSource_HaveTheirTests()
    {
        var missing = SourceTree.Projects("src").Select(Name).Where(name => !File.Exists(
            Repository.PathOf("tests", $"Stillpoint.{name}.Tests", $"Stillpoint.{name}.Tests.csproj")));
        Assert.Empty(missing);
    }

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project).Replace("Stillpoint.", "", StringComparison.Ordinal);

    private static IEnumerable<string> References(string project, string kind) =>
        Elements(project, kind).Select(e => (string)e.Attribute("Include")!);

    private static IEnumerable<XElement> Elements(string file, string name) =>
        XDocument.Parse(SourceTree.Text(file)).Descendants(name);
}
