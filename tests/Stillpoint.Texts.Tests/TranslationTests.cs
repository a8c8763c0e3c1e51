using System.Text.RegularExpressions;
using Xunit;

namespace Stillpoint.Texts.Tests;

/// <summary>A text under a language's name is in that language and uses the glossary's words.</summary>
public sealed partial class TranslationTests
{
    private static readonly Dictionary<string, string[]> FrequentWords = new()
    {
        ["en"] = ["the", "is", "of", "and", "not", "or", "it", "this", "was", "with", "be", "there", "that", "to", "has", "no", "one"],
        ["nl"] = ["de", "het", "een", "van", "niet", "er", "en", "of", "op", "te", "met", "geen", "deze", "dat", "die", "voor", "om", "naar", "dit", "wat", "dan", "meer", "heeft", "wordt", "werd", "kan", "zijn", "bij", "als", "één", "haar", "u", "door", "zonder", "nog"],
        ["pt-BR"] = ["o", "a", "os", "as", "de", "do", "da", "em", "no", "na", "não", "um", "uma", "para", "com", "ou", "e", "que", "dos", "este", "foi", "pelo", "pela", "por", "esta", "se", "ser", "mais", "ela", "ele", "são", "ao", "nada", "tinha", "quando", "sem"],
        ["fr"] = ["le", "la", "les", "de", "du", "des", "un", "une", "et", "ne", "pas", "est", "dans", "ou", "en", "pour", "cette", "ce", "au", "sur", "qui", "avait", "vous", "quand", "se", "il", "elle", "plus", "par", "à", "été", "avec", "rien", "être", "que", "sans", "a"],
    };

    /// <summary>Texts that are rightly the same as in English: names, international words, and lines made of values only.</summary>
    private static readonly Dictionary<string, string[]> SameAsEnglish = new()
    {
        ["nl"] = ["col.vm", "col.host", "label.agent", "col.label", "form.labelled", "progress.started", "progress.count"],
        ["zh-Hans"] = ["col.vm", "progress.started", "prompt.confirm"],
        ["pt-BR"] = ["form.labelled", "progress.count", "col.vm", "col.host", "job-kind.backup", "read-mode.incremental", "progress.started"],
        ["fr"] = ["confidence.possible", "help.arguments", "help.options", "col.format", "col.vm", "label.agent", "progress.started"],
    };

    public static TheoryData<string> Languages => ["nl", "zh-Hans", "pt-BR", "fr"];

    [Theory, MemberData(nameof(Languages))]
    public void Texts_ComparedWithEnglish_AreOtherTexts(string tag)
    {
        var english = KeyTests.In("en");
        var same = KeyTests.In(tag).Where(t => english[t.Key] == t.Value).Select(t => t.Key).Except(SameAsEnglish[tag]);
        Assert.Empty(same);
    }

    [Fact]
    public void Sentences_OfTwoLanguages_AreNeverTheSame()
    {
        var seen = new Dictionary<string, string>();
        foreach (var tag in Languages.Select(l => l.Data).Prepend("en"))
        {
            foreach (var (key, text) in KeyTests.In(tag).Where(t => Word().Count(Quoted().Replace(t.Value, " ")) >= 4))
                Assert.True(seen.TryAdd(text, tag) || seen[text] == tag, $"{key} is the same in {tag} and {seen[text]}: {text}");
        }
    }

    [Theory, MemberData(nameof(Languages))]
    public void LongTexts_OfALanguage_AreInThatLanguage(string tag)
    {
        var totals = new Dictionary<string, int>();
        foreach (var (key, text) in KeyTests.In(tag))
        {
            var words = Word().Matches(Quoted().Replace(text, " ").ToLowerInvariant()).Select(m => m.Value).ToArray();
            if (tag == "zh-Hans")
            {
                Assert.True(words.Length == 0 || SameAsEnglish[tag].Contains(key) || Han().IsMatch(text), $"{key}: {text}");
                continue;
            }
            Assert.False(Han().IsMatch(text), $"{key}: {text}");
            if (words.Length < 10) continue;
            var scores = FrequentWords.ToDictionary(l => l.Key, l => words.Count(w => l.Value.Contains(w)));
            // Words such as "de" are frequent in three of them: one short text may tie, all of them together may not.
            Assert.True(scores[tag] > 0 && scores.All(s => s.Value <= scores[tag]), $"{key}: {text}");
            foreach (var (language, score) in scores) totals[language] = totals.GetValueOrDefault(language) + score;
        }
        Assert.All(totals, t => Assert.True(t.Key == tag || t.Value * 2 < totals[tag], $"{t.Key} {t.Value} against {totals[tag]}"));
    }

    [Theory, MemberData(nameof(Languages))]
    public void GlossaryTerms_InEnglishTexts_HaveTheirTermInTheTranslation(string tag)
    {
        var column = Array.IndexOf(["en", "nl", "zh-Hans", "pt-BR", "fr"], tag);
        var seen = 0;
        foreach (var row in Glossary())
        {
            var (english, term) = (Inflected(row[0], "en"), Inflected(row[column], tag));
            foreach (var (key, text) in KeyTests.In("en"))
            {
                if (!english.IsMatch(Quoted().Replace(text, " "))) continue;
                seen++;
                Assert.True(term.IsMatch(Quoted().Replace(KeyTests.In(tag)[key], " ")), $"{key} lacks {row[column]}: {KeyTests.In(tag)[key]}");
            }
        }
        Assert.True(seen > 100, $"{seen} terms found");
    }

    /// <summary>The rows of the glossary's first table.</summary>
    private static IEnumerable<string[]> Glossary()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Stillpoint.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return File.ReadLines(Path.Combine(folder, "docs", "glossary.md"))
            .SkipWhile(l => !l.StartsWith("| ---", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => l.StartsWith('|'))
            .Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries));
    }

    /// <summary>
    /// Plurals and feminine forms as these languages make them here; "taak, taken" is the one that changes inside. Dutch joins words
    /// (standaardkluis) and Chinese has no spaces, so there a term may begin anywhere.
    /// </summary>
    private static Regex Inflected(string term, string tag) => new(
        (tag is "nl" or "zh-Hans" ? "" : @"(?<![\p{L}-])") + string.Join(' ', term.Split(' ').Select(w => Regex.Escape(w) + "(e?s|n?en|e)?")).Replace("taak", "ta(?:ak|ken)", StringComparison.Ordinal) +
        @"(?![a-z])", RegexOptions.IgnoreCase);

    [GeneratedRegex(@"[\p{L}']+")]
    private static partial Regex Word();

    [GeneratedRegex(@"`[^`]*`|\{[^}|]*\}")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Han();
}
