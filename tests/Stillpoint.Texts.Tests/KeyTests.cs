using System.Text.RegularExpressions;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Texts.Tests;

/// <summary>Every language has the same keys, values and commands, and every code has a text.</summary>
public sealed partial class KeyTests
{
    private static readonly Dictionary<string, Dictionary<string, string>> Everything = Language.All.ToDictionary(
        l => l.Tag, l => LocalTexts.For(l).Templates.Concat(CauseTexts.For(l).Templates).ToDictionary(StringComparer.Ordinal));

    public static TheoryData<string> Translations => ["nl", "zh-Hans", "pt-BR", "fr"];

    [Theory, MemberData(nameof(Translations))]
    public void Keys_OfEachLanguage_AreThoseOfEnglish(string tag) =>
        Assert.Equal(In("en").Keys.Order(StringComparer.Ordinal), In(tag).Keys.Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Translations))]
    public void Placeholders_OfEachText_AreThoseOfEnglish(string tag)
    {
        foreach (var (key, english) in In("en")) Assert.Equal((key, Places(english)), (key, Places(In(tag)[key])));
    }

    [Theory, MemberData(nameof(Translations))]
    public void Commands_OfEachText_AreThoseOfEnglish(string tag)
    {
        foreach (var (key, english) in In("en")) Assert.Equal((key, Commands(english)), (key, Commands(In(tag)[key])));
    }

    [Fact]
    public void Brackets_OfEachText_AreClosedAndNotNested()
    {
        foreach (var language in Language.All)
        {
            foreach (var (key, text) in In(language.Tag))
            {
                var bare = text.Replace("[[", "", StringComparison.Ordinal).Replace("]]", "", StringComparison.Ordinal);
                Assert.True(OnlyWholeBrackets().IsMatch(bare), $"{language} {key}: {text}");
                Assert.Equal(0, text.Count(c => c == '`') % 2);
            }
        }
    }

    [Fact]
    public void Codes_OfEveryKind_HaveATextAndNoTextIsWithoutACode()
    {
        AssertCovered<FailureCode>("failure.");
        AssertCovered<Stage>("stage.");
        AssertCovered<Consistency>("consistency.");
        AssertCovered<JobState>("job-state.");
        AssertCovered<JobKind>("job-kind.");
        AssertCovered<SubTask>("sub-task.");
        AssertCovered<ReadMode>("read-mode.");
    }

    [Fact]
    public void Failures_InEnglish_SayWhatHappenedAndWhatToDo()
    {
        foreach (var (key, text) in In("en").Where(t => t.Key.StartsWith("failure.", StringComparison.Ordinal)))
            Assert.True(TwoSentences().IsMatch(text), $"{key}: {text}");
    }

    /// <summary>All there is in a language; a key may be in one of its files only.</summary>
    internal static IReadOnlyDictionary<string, string> In(string tag) => Everything[tag];

    private static void AssertCovered<T>(string prefix) where T : struct, Enum => Assert.Equal(
        Enum.GetValues<T>().Select(v => prefix + v.ToText()).Order(StringComparer.Ordinal),
        In("en").Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static string Places(string text) =>
        string.Join(' ', Place().Matches(text).Select(m => m.Groups[1].Value + m.Groups[2].Value).Distinct().Order(StringComparer.Ordinal));

    private static string Commands(string text) =>
        string.Join(' ', Command().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{(\w+)(:\w+|(?=[}|]))")]
    private static partial Regex Place();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Command();

    [GeneratedRegex(@"^[^\[\]]*(\[[^\[\]]*\{[^\[\]]*\][^\[\]]*)*$")]
    private static partial Regex OnlyWholeBrackets();

    [GeneratedRegex(@"[.?;:,][\[\]]? .*[.`}]\]?$")]
    private static partial Regex TwoSentences();
}
