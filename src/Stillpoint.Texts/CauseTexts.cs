namespace Stillpoint.Texts;

/// <summary>
/// The doctor's words in one language: what each cause is, why it stops a backup, what to do about it. Kept apart from <see cref="LocalTexts"/>
/// and read only when asked for: most commands never need them. Immutable; safe for any thread.
/// </summary>
public sealed class CauseTexts
{
    private const string TitleSuffix = ".title";
    private readonly Dictionary<string, string> _templates;

    private CauseTexts(Language language, Dictionary<string, string> templates)
    {
        Language = language;
        _templates = templates;
    }

    public Language Language { get; }

    /// <summary>Ids of the causes there are words for; a test holds them to the catalogue's.</summary>
    public IEnumerable<string> Causes =>
        _templates.Keys.Where(k => k.EndsWith(TitleSuffix, StringComparison.Ordinal) && !IsPages(k)).Select(k => k[..^TitleSuffix.Length]);

    public static CauseTexts For(Language language) => new(language, TemplateFile.Read("causes/" + language.Tag, about: 600));

    public bool Has(string key) => _templates.ContainsKey(key);

    /// <summary>
    /// The text of a key that exists. A value not given leaves out its bracketed part; elsewhere, in a command, its place is shown in
    /// capitals (<c>systemctl start SERVICE</c>) for the reader to fill in.
    /// </summary>
    public string Of(string key, params ReadOnlySpan<(string Name, string Value)> values) =>
        Template.Render(_templates[key], Language, values, missingByName: true);

    /// <summary>One short line that names the cause.</summary>
    public string Title(string cause) => Of(cause + TitleSuffix);

    /// <summary>What is wrong and how it stops a backup, in one to three sentences.</summary>
    public string Why(string cause) => Of(cause + ".why");

    /// <summary>What to do, as an instruction. <paramref name="slug"/> is the remedy's in the catalogue.</summary>
    public string Remedy(string cause, string slug, params ReadOnlySpan<(string Name, string Value)> values) =>
        Of($"{cause}.remedy.{slug}", values);

    internal IReadOnlyDictionary<string, string> Templates => _templates;

    private static bool IsPages(string key) => key.StartsWith("pages.", StringComparison.Ordinal);
}
