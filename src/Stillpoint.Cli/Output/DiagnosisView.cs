using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>A diagnosis for people, and as JSON. Evidence is quoted as it was found, in its own language.</summary>
internal static class DiagnosisView
{
    public static void Write(TextWriter to, Diagnosis diagnosis, LocalTexts texts, CauseTexts words, TimeZoneInfo zone)
    {
        if (diagnosis.Healthy) to.WriteLine(words.Of("doctor.healthy"));
        for (var i = 0; i < diagnosis.Causes.Length; i++)
        {
            if (i > 0) to.WriteLine();
            Write(to, diagnosis.Causes[i], texts, words, zone);
        }
        if (diagnosis.Candidates.Length > 0)
        {
            to.WriteLine(texts.Labelled(words.Of("doctor.candidates"), ""));
            foreach (var id in diagnosis.Candidates) to.WriteLine($"  {Title(words, id)} ({id})");
        }
        if (!diagnosis.Healthy && diagnosis.Causes.IsEmpty && diagnosis.Candidates.IsEmpty) to.WriteLine(texts.Of("doctor.cannot-tell"));
    }

    public static void Write(TextWriter to, FoundCause cause, LocalTexts texts, CauseTexts words, TimeZoneInfo zone)
    {
        (string, string)[] values = [.. cause.Arguments.Select(a => (a.Key, a.Value))];
        to.WriteLine(texts.Labelled(words.Of("doctor.cause"), Title(words, cause.Id, values)));
        to.WriteLine($"  {cause.Id}, {words.Of("link." + cause.Stage.ToText())}, {words.Of("confidence." + cause.Confidence.ToText())}");
        to.WriteLine("  " + words.Of(cause.Id + ".why", values));
        if (cause.NeverVerifiedOnWindows) to.WriteLine("  " + words.Of("windows-never-verified"));
        if (cause.Evidence.Length > 0) to.WriteLine(texts.Labelled(words.Of("doctor.evidence"), ""));
        foreach (var quote in cause.Evidence)
        {
            var place = quote.Line is { } line ? $"{quote.Source}:{line}" : quote.Source;
            to.WriteLine($"  {place}: {(quote.Time is { } time && !quote.Text.Contains(time.ToString("HH:mm"), StringComparison.Ordinal) ? texts.Time(time, zone) + "  " : "")}{quote.Text}");
        }
        if (cause.Consequences.Length > 0)
        {
            to.WriteLine(texts.Labelled(words.Of("doctor.consequences"), ""));
            foreach (var id in cause.Consequences) to.WriteLine($"  {Title(words, id)} ({id})");
        }
        to.WriteLine(texts.Labelled(words.Of("doctor.worth"), words.Of("worth." + cause.Worth.ToText())));
        Remedies(to, cause.Id, cause.Remedies, cause.Repair, texts, words, values);
    }

    /// <summary>A cause as the catalogue has it, without a case.</summary>
    public static void Write(TextWriter to, Cause cause, LocalTexts texts, CauseTexts words)
    {
        to.WriteLine($"{Title(words, cause.Id)} ({cause.Id})");
        to.WriteLine("  " + words.Of(cause.Id + ".why"));
        if (cause.Card.NeverVerifiedOnWindows) to.WriteLine("  " + words.Of("windows-never-verified"));
        if (cause.Card.SeenOnly is { } only) to.WriteLine("  " + words.Of("seen-only." + only.ToText()));
        to.WriteLine(texts.Labelled(words.Of("doctor.link"), words.Of("link." + cause.Link.ToText())));
        to.WriteLine(texts.Labelled(words.Of("doctor.worth"), words.Of("worth." + cause.Card.Worth.ToText())));
        Remedies(to, cause.Id, cause.Card.Remedies, cause.Card.Repair, texts, words, []);
    }

    public static string Title(CauseTexts words, string id, params (string, string)[] values) => words.Of(id + ".title", values);

    public static DiagnosisJson ToJson(this Diagnosis diagnosis, CauseTexts words) =>
        new([.. diagnosis.Causes.Select(c => c.ToJson(words))], [.. diagnosis.Candidates], diagnosis.Healthy);

    private static FoundCauseJson ToJson(this FoundCause cause, CauseTexts words)
    {
        (string, string)[] values = [.. cause.Arguments.Select(a => (a.Key, a.Value))];
        return new(
            cause.Id, cause.Confidence.ToText(), cause.Stage.ToText(),
            [.. cause.Evidence.Select(q => new QuoteJson(q.Source, q.Line, q.Time, q.Text))], cause.Consequences,
            [.. cause.Remedies.Select(r => new RemedyJson(r.Slug, words.Of($"{cause.Id}.remedy.{r.Slug}", values)))], cause.Repair,
            cause.Worth.ToText(), Title(words, cause.Id, values), words.Of(cause.Id + ".why", values));
    }

    private static void Remedies(
        TextWriter to, string id, IReadOnlyList<Remedy> remedies, string? repair, LocalTexts texts, CauseTexts words, (string, string)[] values)
    {
        if (remedies.Count > 0) to.WriteLine(texts.Labelled(words.Of("doctor.remedies"), ""));
        for (var i = 0; i < remedies.Count; i++) to.WriteLine($"  {i + 1}. {words.Of($"{id}.remedy.{remedies[i].Slug}", values)}");
        if (repair is not null) to.WriteLine(texts.Labelled(words.Of("doctor.repair"), words.Of("repair." + repair)));
    }
}
