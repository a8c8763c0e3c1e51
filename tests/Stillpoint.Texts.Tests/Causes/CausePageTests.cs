using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Texts.Tests;

public sealed class CausePageTests
{
    private static readonly string Folder = Repository.PathOf("docs", "causes");

    /// <summary>With STILLPOINT_WRITE_PAGES=1 (eng/cause-pages) the pages are written first.</summary>
    [Fact]
    public void Pages_InTheRepository_AreWhatCatalogueAndTextsMake()
    {
        var pages = CausePage.All();
        if (Environment.GetEnvironmentVariable("STILLPOINT_WRITE_PAGES") == "1") Write(pages);
        var there = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/'));
        Assert.Equal(pages.Keys.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        var stale = pages.Where(p => File.ReadAllText(Path.Combine(Folder, p.Key)) != p.Value).Select(p => p.Key).ToArray();
        Assert.True(stale.Length == 0, $"run eng/cause-pages and commit: {stale.Length} pages differ, among them {stale.FirstOrDefault()}");
    }

    [Fact]
    public void Pages_OfCauses_StaySmall() =>
        Assert.All(CausePage.All().Where(p => !p.Key.EndsWith("README.md", StringComparison.Ordinal)), p => Assert.InRange(p.Value.Split('\n').Length, 8, 40));

    private static void Write(IReadOnlyDictionary<string, string> pages)
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        foreach (var (file, text) in pages)
        {
            var path = Path.Combine(Folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }
}
