using System.Text.RegularExpressions;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Texts.Tests;

/// <summary>The doctor's words: one set for each cause of the catalogue. Keys, values, commands and languages are held by the tests of all texts.</summary>
public sealed partial class CauseTextTests
{
    public static TheoryData<string> Languages => [.. Language.All.Select(l => l.Tag)];

    private static CauseTexts English { get; } = CauseTexts.For(Language.English);

    [Fact]
    public void Causes_WithWords_AreThoseOfTheCatalogue() =>
        Assert.Equal(Catalogue.All.Select(c => c.Id).Order(StringComparer.Ordinal), English.Causes.Order(StringComparer.Ordinal));

    [Fact]
    public void Remedies_WithWords_AreThoseOfTheCard()
    {
        foreach (var cause in Catalogue.All)
        {
            var prefix = cause.Id + ".remedy.";
            var worded = English.Templates.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]);
            Assert.Equal(cause.Card.Remedies.Select(r => r.Slug).Order(StringComparer.Ordinal), worded.Order(StringComparer.Ordinal));
            Assert.True(English.Has(cause.Id + ".why"), cause.Id);
        }
    }

    [Fact]
    public void Words_SharedByCauses_CoverTheirKinds()
    {
        AssertCovered<Worth>("worth.");
        AssertCovered<Link>("link.");
        AssertCovered<Confidence>("confidence.");
        AssertCovered<Applies>("applies.");
        AssertCovered<SeenOnly>("seen-only.");
        Assert.All(Catalogue.All.Select(c => c.Card.Repair).OfType<string>().Distinct(), repair => Assert.True(English.Has("repair." + repair), repair));
    }

    [Theory, MemberData(nameof(Languages))]
    public void Titles_InEachLanguage_AreOneShortLine(string tag)
    {
        var texts = CauseTexts.For(Language.Find(tag)!);
        Assert.All(texts.Causes, cause =>
        {
            var title = texts.Title(cause);
            Assert.InRange(title.Length, 4, 110);
            Assert.DoesNotMatch(@"[.!?。！？\n]$", title);
        });
        Assert.Equal(texts.Causes.Count(), texts.Causes.Select(texts.Title).Distinct().Count());
    }

    [Theory, MemberData(nameof(Languages))]
    public void Sentences_InEachLanguage_AreWholeAndShort(string tag)
    {
        var texts = CauseTexts.For(Language.Find(tag)!);
        foreach (var (key, text) in texts.Templates.Where(t => SaysSomething().IsMatch(t.Key)))
        {
            Assert.True(WholeSentence().IsMatch(text), $"{key}: {text}");
            // Commands may be long; what is read between them may not.
            Assert.True(Quoted().Replace(text, "").Length <= 330, $"{key}: {text}");
        }
    }

    [Theory, MemberData(nameof(Languages))]
    public void Of_WithNoValues_LeavesOnlyNamesToFillIn(string tag)
    {
        var texts = CauseTexts.For(Language.Find(tag)!);
        foreach (var key in texts.Templates.Keys)
        {
            var text = texts.Of(key);
            Assert.DoesNotContain('{', text);
            Assert.DoesNotMatch(@"  |\?\?| [.,](\s|$)|^ | $", Quoted().Replace(text, "x"));
        }
    }

    [Fact]
    public void French_BeforeItsHighMarks_HasANarrowSpaceThatDoesNotBreak()
    {
        foreach (var (key, text) in CauseTexts.For(Language.French).Templates.Concat(LocalTexts.For(Language.French).Templates))
            Assert.False(WrongFrenchSpace().IsMatch(Quoted().Replace(text, "x")), $"{key}, run eng/french-spaces: {text}");
    }

    [Fact]
    public void Chinese_BetweenItsOwnCharacters_HasItsOwnMarks()
    {
        foreach (var (key, text) in CauseTexts.For(Language.SimplifiedChinese).Templates)
            Assert.False(LatinMarkInChinese().IsMatch(Quoted().Replace(text, "x")), $"{key}: {text}");
    }

    [Fact]
    public void Remedy_ForAStaticAddress_HasAHostLineToCopy()
    {
        foreach (var language in Language.All)
        {
            var text = CauseTexts.For(language).Remedy(
                "net-dhcp-no-host-address", "reserve-address-libvirt", ("mac", "52:54:00:12:34:56"), ("address", "192.0.2.17"));
            Assert.Contains("<host mac='52:54:00:12:34:56' ip='192.0.2.17'/>", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Remedy_WithAndWithoutItsValue_IsAReadableCommand()
    {
        Assert.Contains("`systemctl start walinuxagent`", English.Remedy("agent-not-running", "start-agent", ("service", "walinuxagent")), StringComparison.Ordinal);
        Assert.Contains("`systemctl start SERVICE`", English.Remedy("agent-not-running", "start-agent"), StringComparison.Ordinal);
        Assert.Contains("below `[Service]`", English.Remedy("agent-not-running", "configure-auto-restart"), StringComparison.Ordinal);
    }

    private static void AssertCovered<T>(string prefix) where T : struct, Enum => Assert.Equal(
        Enum.GetValues<T>().Select(v => prefix + v.ToText()).Order(StringComparer.Ordinal),
        English.Templates.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^(?!doctor\.).*\.why$|\.remedy\.|^worth\.|^repair\.")]
    private static partial Regex SaysSomething();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();

    /// <summary>Begins with a capital (or a command, a bracket, or a name that has none) and ends with a full stop of its language.</summary>
    [GeneratedRegex(@"^(?:[\p{Lu}\p{Lo}`\[]|(?:libvirt|raw|vfat|qcow2)\b).*[.。]$")]
    private static partial Regex WholeSentence();

    [GeneratedRegex(@"[^\u202f][;:!?»](?=[\s\]]|$)|«[^\u202f]|\u202f(?![;:!?»\p{L}x{`\[])|\u00a0")]
    private static partial Regex WrongFrenchSpace();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}[,;:!?()]|[,;:!?()]\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex LatinMarkInChinese();
}
