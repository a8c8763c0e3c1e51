using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Explaining;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Http;
using Stillpoint.Texts;

namespace Stillpoint.Server.Doctor;

internal static class DoctorEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/doctor/causes", (Words words, HttpContext context) => (IReadOnlyList<CauseView>)[.. Catalogue.All.Select(c => c.ToView(words.Causes(context)))])
            .WithName("listCauses").WithSummary("Every cause the doctor knows").Needs(Role.Reader);
        api.MapGet("/doctor/causes/{cause}", Show).WithName("showCause").WithSummary("One cause").Needs(Role.Reader);
        api.MapPost("/doctor/explain", Explain).WithName("explain").WithSummary("What a message, a code or a line of a log means")
            .WithMetadata(new LooksOnly()).Needs(Role.Reader);
        api.MapPost("/doctor/bundles", BundleUpload.DiagnoseAsync).WithName("diagnoseBundle")
            .WithSummary("The cause of a failed backup from a .zip, .tar.gz or log file, sent as the body").Accepts<Stream>("application/octet-stream")
            .WithMetadata(new LooksOnly()).Needs(Role.Reader);
    }

    private static CauseView Show(string cause, Words words, HttpContext context) =>
        (Catalogue.Find(cause) ?? throw new FailureException(FailureCode.CauseUnknown, Stage.Input, ("value", cause))).ToView(words.Causes(context));

    private static ExplanationView Explain(ExplainRequest request, Words words, HttpContext context)
    {
        var explained = Explainer.Explain(request.Text);
        // Our own sentences are words, which only Texts knows; a code in the text is surer than its wording.
        var own = explained.Kind is ExplanationKind.Unknown or ExplanationKind.Message or ExplanationKind.LogLine ? FailureRecognition.Find(request.Text)?.Code : null;
        if (own is { } code) explained = Explainer.Own(code);
        var known = explained.Kind is not ExplanationKind.Unknown;
        return new(known, known ? explained.Kind.ToText() : null, explained.Code, [.. explained.Causes.Select(id => Catalogue.Find(id)!.ToView(words.Causes(context)))]);
    }
}
