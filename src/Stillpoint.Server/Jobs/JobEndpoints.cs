using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Doctor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Doctor;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Jobs;

/// <summary>Looking at jobs, and cancelling them.</summary>
internal static class JobEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/jobs", List).WithName("listJobs").WithSummary("Newest first; by VM, kind, state and time").Needs(Role.Reader);
        api.MapGet("/jobs/{job}", Show).WithName("showJob").WithSummary("One job with its sub tasks and warnings").Needs(Role.Reader);
        api.MapPost("/jobs/{job}/cancel", Cancel).WithName("cancelJob").WithSummary("Cancel cleanly; its end is told by the job").Needs(Role.Operator);
        api.MapGet("/jobs/{job}/facts", Facts).WithName("listJobFacts").WithSummary("What was seen, of a job that failed or did less than asked").Needs(Role.Reader);
        api.MapGet("/jobs/{job}/diagnosis", Diagnosis).WithName("diagnoseJob").WithSummary("The cause, its evidence and remedies; 204 if there is nothing to look at")
            .Needs(Role.Reader);
        api.MapGet("/jobs/{job}/report", Report).WithName("showJobReport").WithSummary("What it has done, in full; 204 if that is not known any more").Needs(Role.Reader);
        api.MapGet("/jobs/{job}/events", JobEvents.OfJob).WithName("followJob").WithSummary("What the job tells, as server-sent events, to its end").Needs(Role.Reader);
        api.MapGet("/events", JobEvents.OfAll).WithName("followJobs").WithSummary("What all jobs tell, as server-sent events").Needs(Role.Reader);
    }

    private static Page<JobView> List(
        string? vm, string? kind, string? state, string? since, string? after, int? limit, StillpointControl control, Words words, HttpContext context)
    {
        var count = Requests.Limit(limit);
        DateTimeOffset? from = since is null ? null
            : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
            : throw Requests.Invalid("since", "a time in ISO 8601");
        if (after is not null && !Ulid.TryParse(after, out _)) throw Requests.Invalid("after", "the next of the page before");
        var filter = new JobFilter(
            vm, kind is null ? null : Requests.Choice<JobKind>("kind", kind), state is null ? null : Requests.Choice<JobState>("state", state), from,
            after?.ToLowerInvariant(), count + 1);
        return Requests.PageOf(
            [.. JobViews.List(control, filter, context.Caller()).Select(j => j.ToView(words, context))], count, j => j.Id);
    }

    private static JobDetailsView Show(string job, StillpointControl control, Words words, HttpContext context) =>
        JobViews.Find(control, job, context.Caller()).ToView(words, context);

    private static Accepted<JobStarted> Cancel(string job, StillpointControl control, RunningJobs running, HttpContext context)
    {
        var found = JobViews.Find(control, job, context.Caller()).Job;
        AuditTrail.TellJob(context, found.Id);
        running.Cancel(found.Id);
        return TypedResults.Accepted($"/api/v1/jobs/{found.Id}", new JobStarted(found.Id.ToString()));
    }

    private static IReadOnlyList<FactView> Facts(string job, StillpointControl control, HttpContext context)
    {
        var found = JobViews.Find(control, job, context.Caller()).Job;
        // A bug's facts are its stack.
        if (found.Failure?.Code is FailureCode.InternalError && context.Caller().Role != Role.Admin) return [];
        return [.. control.FactsOf(found.Id).Select(f => new FactView(f.Name, f.Value, f.Source, f.Time == default ? null : f.Time))];
    }

    private static Results<Ok<JobReportView>, NoContent> Report(string job, StillpointControl control, JobReports reports, Words words, HttpContext context)
    {
        var found = JobViews.Find(control, job, context.Caller()).Job;
        return reports.Find(found.Id)?.ToView(words, context) is { } view ? TypedResults.Ok(view) : TypedResults.NoContent();
    }

    private static Results<Ok<DiagnosisView>, NoContent> Diagnosis(string job, StillpointControl control, Words words, HttpContext context)
    {
        var found = JobViews.Find(control, job, context.Caller()).Job;
        if (found.Failure?.Code is FailureCode.InternalError && context.Caller().Role != Role.Admin) return TypedResults.NoContent();
        return control.Diagnose(found.Id) is { } diagnosis ? TypedResults.Ok(diagnosis.ToView(words.Causes(context))) : TypedResults.NoContent();
    }
}
