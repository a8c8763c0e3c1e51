using System.Text.RegularExpressions;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Architecture.Tests;

/// <summary>What people read.</summary>
public sealed class DocumentTests
{
    private static IEnumerable<string> Pages => SourceTree.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Readme_OfEverySourceProject_IsThereAndShort()
    {
        foreach (var project in SourceTree.Projects("src").Append("tests/Stillpoint.TestKit/Stillpoint.TestKit.csproj"))
        {
            var readme = Path.Combine(Path.GetDirectoryName(project)!, "README.md");
            Assert.Contains(readme, SourceTree.Files);
            Assert.True(SourceTree.Lines(readme).Length <= 60, readme);
        }
    }

    [Fact]
    public void DocsReadme_AsTheMap_NamesEveryProject()
    {
        var map = SourceTree.Text("docs/README.md");
        Assert.All(SourceTree.Projects("src"), project =>
            Assert.Contains(Path.GetFileNameWithoutExtension(project), map, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_BetweenPages_LeadSomewhere()
    {
        var broken = from page in Pages
                     from Match link in Regex.Matches(WithoutCode(SourceTree.Text(page)), @"\]\(([^)#\s]+)(#[^)]*)?\)")
                     let target = link.Groups[1].Value
                     where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target))
                     select $"{page}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Decisions_InTheirFolder_AreNumberedOnceAndListed()
    {
        var decisions = Pages.Where(page => Regex.IsMatch(page, @"^docs/adr/\d{4}-[a-z0-9-]+\.md$")).ToArray();
        Assert.NotEmpty(decisions);
        Assert.Equal(decisions.Length, decisions.Select(page => Path.GetFileName(page)[..4]).Distinct().Count());
        var map = SourceTree.Text("docs/README.md");
        Assert.All(decisions, page => Assert.Contains($"adr/{Path.GetFileName(page)}", map, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_OfTheRepository_NamesNoWorkplace()
    {
        // The machine this was written on is nobody's business; split, so that this file does not name them either.
        var workplace = new Regex("(^|[^A-Za-z0-9_.])/wo" + @"rk/|farm" + @"-bench|\bissues (sh" + @"ow|li" + @"st)\b|/home/[a-z]|artifact-reg" + "istry",
            RegexOptions.Multiline);
        Assert.All(SourceTree.Files.Where(SourceTree.IsText), file => Assert.False(workplace.IsMatch(SourceTree.Text(file)), file));
    }

    [Fact]
    public void Scripts_ToBeCalled_AreExecutable()
    {
        string[] scripts = ["quickstart", "test", "stillpoint", "stillpointd", ".ci/run", "eng/install-packages", "eng/guest/build", "eng/demo/private-libvirtd", "eng/demo/accel", "eng/cause-pages", "eng/waagent", "eng/build-portal", "eng/deb/build", "eng/extension", "tests/Stillpoint.Fabric.Tests/Agent/lab"];
        Assert.All(scripts, script => Assert.True(File.GetUnixFileMode(Repository.PathOf(script)).HasFlag(UnixFileMode.UserExecute), script));
    }

    private static string WithoutCode(string page) => Regex.Replace(page, "```.*?```|`[^`\n]*`", "", RegexOptions.Singleline);
}
