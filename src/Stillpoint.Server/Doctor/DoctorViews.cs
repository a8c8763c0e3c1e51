using Stillpoint.Contracts;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Server.Doctor;

/// <summary>The doctor's findings with their words.</summary>
internal static class DoctorViews
{
    public static DiagnosisView ToView(this Diagnosis diagnosis, CauseTexts words, IReadOnlyList<SkippedView>? skipped = null) =>
        new([.. diagnosis.Causes.Select(c => c.ToView(words))], [.. diagnosis.Candidates], diagnosis.Healthy, skipped);

    public static CauseView ToView(this Cause cause, CauseTexts words) => new(
        cause.Id, cause.Link.ToText(), cause.Card.Seed, cause.Card.Worth.ToText(), cause.Card.Repair, cause.Card.NeverVerifiedOnWindows,
        words.Title(cause.Id), words.Why(cause.Id), [.. cause.Card.Remedies.Select(r => new RemedyView(r.Slug, words.Remedy(cause.Id, r.Slug)))]);

    private static FoundCauseView ToView(this FoundCause cause, CauseTexts words)
    {
        (string, string)[] values = [.. cause.Arguments.Select(a => (a.Key, a.Value))];
        return new(
            cause.Id, cause.Confidence.ToText(), cause.Stage.ToText(), [.. cause.Evidence.Select(q => new QuoteView(q.Source, q.Line, q.Time, q.Text))],
            cause.Consequences, [.. cause.Remedies.Select(r => new RemedyView(r.Slug, words.Remedy(cause.Id, r.Slug, values)))], cause.Repair,
            cause.Worth.ToText(), words.Of(cause.Id + ".title", values), words.Of(cause.Id + ".why", values));
    }
}
