using System.Text.RegularExpressions;
using Xunit;

namespace Stillpoint.Portal.Tests.Texts;

/// <summary>The portal's own texts: complete in five languages, all of them used, and none written into the program.</summary>
public sealed partial class PortalTextTests
{
    /// <summary>Rightly the same in two languages.</summary>
    private static readonly Dictionary<string, string[]> SameAsEnglish = new()
    {
        ["nl"] = ["job.rate", "page.doctor", "role.operator", "sign-in.code", "vault.host", "vm.id", "vm.vm"],
        ["zh-Hans"] = ["vm.id", "vm.vm"],
        ["pt-BR"] = ["job.rate", "restore.point-of", "vm.id", "vm.vm"],
        ["fr"] = ["audit.action", "disk.format", "doctor.cause", "fact.source", "job.cause", "job.rate", "page.audit", "page.navigation", "sign-in.code", "vm.id", "vm.vm"],
    };

    [Fact]
    public void Keys_UsedByThePages_AreThoseThatHaveTexts()
    {
        var used = PortalTexts.Sources.SelectMany(s => Used().Matches(s.Text)).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(PortalTexts.Of("en").Keys.Order(StringComparer.Ordinal), used);
    }

    [Theory]
    [InlineData("nl")]
    [InlineData("zh-Hans")]
    [InlineData("pt-BR")]
    [InlineData("fr")]
    public void Texts_OfEachLanguage_HaveTheSameKeysAndValuesInOtherWords(string language)
    {
        var (english, other) = (PortalTexts.Of("en"), PortalTexts.Of(language));
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), other.Keys.Order(StringComparer.Ordinal));
        Assert.All(english, t => Assert.Equal((t.Key, Values(t.Value)), (t.Key, Values(other[t.Key]))));
        Assert.All(other, t => Assert.False(string.IsNullOrWhiteSpace(t.Value), t.Key));
        Assert.Subset(SameAsEnglish[language].ToHashSet(), other.Where(t => english[t.Key] == t.Value).Select(t => t.Key).ToHashSet());
    }

    /// <summary>Words between tags, and words in what is read aloud or shown: only names and what no language changes.</summary>
    [Fact]
    public void Pages_OfThePortal_HaveNoWordsOfTheirOwn()
    {
        string[] names = ["Stillpoint", "journalctl -u stillpointd", "stillpoint vault key", "stillpoint doctor --vm VM --repair safe", "/var/lib/libvirt/images", "daily 20:00-06:00 Europe/Amsterdam", "backup 08:00-18:00 20MB Europe/Amsterdam"];
        var found = from source in PortalTexts.Sources
                    where source.File.EndsWith(".tsx", StringComparison.Ordinal)
                    from Match match in Written().Matches(source.Text)
                    let text = (match.Groups["tag"].Value + match.Groups["attribute"].Value).Trim()
                    where text.Any(char.IsLetter) && !names.Contains(text)
                    select $"{source.File}: {text}";
        Assert.Empty(found);
    }

    private static string Values(string text) => string.Join(' ', Regex.Matches(text, @"\{\{\w+\}\}").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\bt\('([a-z0-9.-]+)'")]
    private static partial Regex Used();

    [GeneratedRegex(@">(?<tag>[^<>{}=;()|&\n]+)</|\b(?:label|title|placeholder|hint|alt|aria-label)=""(?<attribute>[^""]+)""")]
    private static partial Regex Written();
}
