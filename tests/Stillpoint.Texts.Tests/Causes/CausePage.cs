using System.Text;
using Stillpoint.Doctor;
using Stillpoint.Model;

namespace Stillpoint.Texts.Tests;

/// <summary>The pages of docs/causes, made of the catalogue's cards and the texts.</summary>
internal static class CausePage
{
    private const string Made = "<!-- Made by eng/cause-pages; do not edit. -->\n";

    /// <summary>What each language calls itself.</summary>
    private static readonly Dictionary<string, string> OwnNames = new()
    {
        ["en"] = "English", ["nl"] = "Nederlands", ["zh-Hans"] = "简体中文", ["pt-BR"] = "Português (Brasil)", ["fr"] = "Français",
    };

    /// <summary>Every file of docs/causes, by its path below that folder.</summary>
    public static IReadOnlyDictionary<string, string> All()
    {
        var pages = new Dictionary<string, string>(StringComparer.Ordinal) { ["README.md"] = Languages() };
        foreach (var language in Language.All)
        {
            var texts = CauseTexts.For(language);
            pages[$"{language.Tag}/README.md"] = Index(texts);
            foreach (var cause in Catalogue.All) pages[$"{language.Tag}/{cause.Id}.md"] = Of(cause, texts);
        }
        return pages;
    }

    private static string Of(Cause cause, CauseTexts texts)
    {
        var page = new StringBuilder($"{Made}# {texts.Title(cause.Id)}\n\n`{cause.Id}` · [{texts.Of("pages.all")}](README.md) · {OtherLanguages(texts.Language, cause.Id + ".md")}\n\n{texts.Why(cause.Id)}\n");
        var card = cause.Card;
        if (card.NeverVerifiedOnWindows) page.Append($"\n> {texts.Of("windows-never-verified")}\n");
        if (card.SeenOnly is { } only) page.Append($"\n> {texts.Of("seen-only." + only.ToText())}\n");
        page.Append($"\n## {texts.Of("doctor.remedies")}\n\n");
        foreach (var remedy in card.Remedies)
            page.Append($"- {AppliesTo(remedy.Applies, texts)}{texts.Remedy(cause.Id, remedy.Slug)}\n");
        page.Append($"\n## {texts.Of("doctor.worth")}\n\n{texts.Of("worth." + card.Worth.ToText())}\n");
        return page.ToString();
    }

    private static string AppliesTo(Applies applies, CauseTexts texts)
    {
        var names = Enum.GetValues<Applies>().Where(a => a != Applies.All && applies.HasFlag(a)).Select(a => texts.Of("applies." + a.ToText())).ToArray();
        return names.Length == 0 ? "" : $"*{string.Join(texts.Language == Language.SimplifiedChinese ? "，" : ", ", names)}* — ";
    }

    private static string Index(CauseTexts texts)
    {
        var page = new StringBuilder($"{Made}# {texts.Of("pages.title")}\n\n{texts.Of("pages.intro")}\n\n{LocalTexts.For(texts.Language).Labelled(texts.Of("pages.other-languages"), OtherLanguages(texts.Language, "README.md"))}\n\n");
        foreach (var cause in Catalogue.All) page.Append($"- [{texts.Title(cause.Id)}]({cause.Id}.md) `{cause.Id}`\n");
        return page.ToString();
    }

    private static string Languages() =>
        $"{Made}# Causes\n\n" + string.Concat(Language.All.Select(l => $"- [{OwnNames[l.Tag]}]({l.Tag}/README.md)\n"));

    private static string OtherLanguages(Language language, string file) =>
        string.Join(" · ", Language.All.Where(l => l != language).Select(l => $"[{OwnNames[l.Tag]}](../{l.Tag}/{file})"));
}
