using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Explaining;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Verbs;

/// <summary><c>stillpoint doctor explain "MESSAGE"</c>: a pasted message, code or log line, in whichever of the five languages.</summary>
internal static class DoctorExplainVerb
{
    public static Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var text = call.Line.Argument!;
        var explained = Explainer.Explain(text);
        // Our own sentences are words, which only Texts knows; a code in the text is surer than its wording.
        var own = explained.Kind is ExplanationKind.Unknown or ExplanationKind.Message or ExplanationKind.LogLine ? FailureRecognition.Find(text)?.Code : null;
        if (own is { } code) explained = Explainer.Own(code);
        var causes = explained.Causes.Select(id => Catalogue.Find(id)!).ToArray();
        var known = explained.Kind is not ExplanationKind.Unknown;
        call.Show(
            () => new(
                known, known ? explained.Kind.ToText() : null, explained.Code, null, [.. causes.Select(c => DoctorCausesVerb.ToJson(c, call.CauseTexts))]),
            JsonDocuments.Shapes.ExplanationJson,
            () => Write(call, explained, causes));
        return Task.FromResult(known ? ExitCode.Done : ExitCode.NotFound);
    }

    private static void Write(Invocation call, Explanation explained, Cause[] causes)
    {
        var (texts, words) = (call.Texts, call.CauseTexts);
        if (explained.Kind is ExplanationKind.Unknown)
        {
            call.Say(texts.Of("doctor.not-recognised"));
            return;
        }
        if (explained.Code is { } code) call.Say(texts.Labelled(texts.Of("label.code"), code));
        if (causes.Length == 0)
        {
            call.Say(texts.Of("doctor.no-cause-behind"));
            return;
        }
        if (causes.Length > 1)
        {
            call.Say(texts.Of("doctor.may-be"));
            for (var i = 0; i < causes.Length; i++) call.Say($"  {i + 1}. {DiagnosisView.Title(words, causes[i].Id)} ({causes[i].Id})");
            call.Say("");
        }
        DiagnosisView.Write(call.World.Out, causes[0], texts, words);
        if (causes.Length > 1) call.Say(texts.Of("doctor.more-by-bundle"));
    }
}
