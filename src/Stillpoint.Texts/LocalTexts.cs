using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Texts;

/// <summary>
/// Makes words of codes, in one language. The only place where that happens. Immutable; safe for any thread.
/// </summary>
public sealed class LocalTexts
{
    private readonly Dictionary<string, string> _templates;

    private LocalTexts(Language language, Dictionary<string, string> templates)
    {
        Language = language;
        _templates = templates;
    }

    public Language Language { get; }

    public static LocalTexts For(Language language) => new(language, TemplateFile.Read(language.Tag, about: 400));

    /// <summary>The text of a key that exists (tests hold every key used to that); a value not given leaves out its bracketed part.</summary>
    public string Of(string key, params ReadOnlySpan<(string Name, string Value)> values) => Template.Render(_templates[key], Language, values);

    /// <summary>What happened and what to do about it. The evidence is not in it: it is quoted, never worded.</summary>
    public string Failure(Failure failure) =>
        Of("failure." + failure.Code.ToText(), [.. failure.Arguments.Select(a => (a.Key, a.Key == "reason" ? Reason(a.Value) : a.Value))]);

    /// <summary>A label and what it stands before, with the language's colon.</summary>
    public string Labelled(string label, string text) => Of("form.labelled", ("label", label), ("text", text)).TrimEnd();

    public string Stage(Stage stage) => Of("stage." + stage.ToText());

    public string Consistency(Consistency consistency) => Of("consistency." + consistency.ToText());

    public string JobState(JobState state) => Of("job-state." + state.ToText());

    public string JobKind(JobKind kind) => Of("job-kind." + kind.ToText());

    public string SubTask(SubTask subTask) => Of("sub-task." + subTask.ToText());

    public string ReadMode(ReadMode mode) => Of("read-mode." + mode.ToText());

    /// <summary>An alert: its name and values, some of which are words themselves.</summary>
    public string Alert(AlertKind kind, string name, IReadOnlyDictionary<string, string> arguments) => Of(
        "alert." + kind.ToText(),
        [("name", name), .. arguments.Select(a => (a.Key, a.Key is "consistency" or "wanted" ? Of("consistency." + a.Value) : a.Value))]);

    public string Size(long bytes) => Quantities.Size(bytes, Language);

    public string Duration(TimeSpan duration) => Quantities.Duration(duration, Language);

    /// <summary>In the zone given, to the second.</summary>
    public string Time(DateTimeOffset time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString(Language.DateFormat, CultureInfo.InvariantCulture);

    /// <summary>
    /// Reasons travel as words of a fixed set (<c>cdrom</c>) or as the code of the failure that was one; what is neither is shown as it is.
    /// </summary>
    private string Reason(string reason) =>
        _templates.ContainsKey("reason." + reason) ? Of("reason." + reason)
        : _templates.ContainsKey("failure." + reason) ? Of("failure." + reason)
        : reason;

    internal IReadOnlyDictionary<string, string> Templates => _templates;
}
