using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Verbs;

/// <summary><c>stillpoint doctor causes [ID]</c>: the catalogue, or one entry of it.</summary>
internal static class DoctorCausesVerb
{
    public static Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        if (call.Line.Argument is { } id)
        {
            var cause = Catalogue.Find(id) ?? throw Unknown(id);
            call.Show(() => ToJson(cause, call.CauseTexts), JsonDocuments.Shapes.KnownCauseJson, () =>
                DiagnosisView.Write(call.World.Out, cause, call.Texts, call.CauseTexts));
            return Task.FromResult(ExitCode.Done);
        }
        call.Show(() => new([.. Catalogue.All.Select(c => ToJson(c, call.CauseTexts))]), JsonDocuments.Shapes.KnownCausesJson, () =>
        {
            var table = new Table(call.CauseTexts.Of("doctor.cause"), call.Texts.Of("col.meaning"));
            foreach (var cause in Catalogue.All) table.Add(cause.Id, DiagnosisView.Title(call.CauseTexts, cause.Id));
            call.World.Out.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }

    public static KnownCauseJson ToJson(Cause cause, CauseTexts words) => new(
        cause.Id, cause.Link.ToText(), cause.Card.Seed, cause.Card.Worth.ToText(), cause.Card.Repair, cause.Card.NeverVerifiedOnWindows,
        DiagnosisView.Title(words, cause.Id), words.Of(cause.Id + ".why"),
        [.. cause.Card.Remedies.Select(r => new RemedyJson(r.Slug, words.Of($"{cause.Id}.remedy.{r.Slug}")))]);

    private static FailureException Unknown(string id)
    {
        var nearest = NearestWord.Find(id, Catalogue.All.Select(c => c.Id));
        return nearest is null
            ? new(FailureCode.CauseUnknown, Stage.Input, ("value", id))
            : new(FailureCode.CauseUnknown, Stage.Input, ("value", id), ("nearest", nearest));
    }
}
