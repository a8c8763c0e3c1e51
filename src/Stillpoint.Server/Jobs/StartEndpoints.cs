using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Points;
using Stillpoint.Server.Vaults;
using Stillpoint.Server.Vms;
using Stillpoint.Vault;
using Stillpoint.Vault.Life;

namespace Stillpoint.Server.Jobs;

/// <summary>Beginning jobs. Each answers 202 with the job once it can be asked for; an <c>Idempotency-Key</c> makes it safe to send twice.</summary>
internal static class StartEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/jobs/backup", BackUpAsync).WithName("startBackup").WithSummary("Take a recovery point of a VM").Needs(Role.Operator);
        api.MapPost("/jobs/restore", RestoreAsync).WithName("startRestore").WithSummary("As a new VM, in place, or single disks").Needs(Role.Operator);
        api.MapPost("/jobs/verify", VerifyAsync).WithName("startVerify").WithSummary("Read every byte of the vault, or of what was proven longest ago")
            .Needs(Role.Operator, wholeOnly: true);
        api.MapPost("/jobs/gc", GcAsync).WithName("startGc").WithSummary("Free what no point needs any more").Needs(Role.Operator, wholeOnly: true);
        api.MapPost("/jobs/copy", CopyAsync).WithName("startCopy").WithSummary("Points into a second vault").Needs(Role.Admin, wholeOnly: true);
    }

    private static async Task<Accepted<JobStarted>> BackUpAsync(
        BackupRequest request, JobStarter starter, JobWork work, HostConnection hosts, HttpContext context, CancellationToken ct)
    {
        var policy = PolicyOf(request);
        var excluded = (request.ExcludedDisks ?? []).Select(d => Requests.Text("excludedDisks", d, 64)).ToHashSet(StringComparer.Ordinal);
        string vm;
        await using (var host = await hosts.ConnectAsync(ct)) vm = (await VmEndpoints.FindAsync(host, request.Vm, context.Caller(), ct)).Id.ToString();
        return await starter.StartAsync(
            context, "backup " + JsonSerializer.Serialize(request, ContractsJson.Default.BackupRequest),
            job => work.BackUp(new(job, vm, policy, excluded, null, request.Full) { DespiteLoad = request.DespiteLoad }));
    }

    private static async Task<Accepted<JobStarted>> RestoreAsync(
        RestoreRequest request, JobStarter starter, JobWork work, ServiceVault vaults, ServerOptions options, HttpContext context, CancellationToken ct)
    {
        RestoreTargets.Check(request, options, context.Caller());
        var point = await PointEndpoints.FindAsync(vaults, request.Point, context.Caller(), ct);
        if (request.InPlace is { } place) Requests.Confirm(place.Confirm, point.SeriesLabel);
        AuditTrail.TellTarget(context, $"{point.Id} of {point.SeriesLabel}");
        return await starter.StartAsync(
            context, "restore " + JsonSerializer.Serialize(request, ContractsJson.Default.RestoreRequest),
            job => work.Restore(RestoreTargets.OrderOf(request, job, point.Id.ToString()), point));
    }

    private static Task<Accepted<JobStarted>> VerifyAsync(VerifyRequest request, JobStarter starter, JobWork work, HttpContext context)
    {
        var options = new VerifyOptions(Requests.Range("samplePercent", request.SamplePercent ?? 100, 1, 100) / 100, Minutes(request.MaxMinutes));
        return starter.StartAsync(
            context, "verify " + JsonSerializer.Serialize(request, ContractsJson.Default.VerifyRequest), job => work.Verify(job, options, request.PacksOnly));
    }

    private static async Task<Accepted<JobStarted>> GcAsync(
        GcRequest request, JobStarter starter, JobWork work, ServiceVault vaults, HttpContext context, CancellationToken ct)
    {
        var options = new GcOptions(request.Now, request.DryRun, Minutes(request.MaxMinutes));
        if (options is { Now: true, DryRun: false }) Requests.Confirm(request.Confirm, (await vaults.OpenAsync(ct)).Id.ToString());
        return await starter.StartAsync(
            context, "gc " + JsonSerializer.Serialize(request, ContractsJson.Default.GcRequest), job => work.Collect(job, options));
    }

    private static async Task<Accepted<JobStarted>> CopyAsync(
        CopyRequest request, JobStarter starter, JobWork work, ServiceVault vaults, HttpContext context, CancellationToken ct)
    {
        var path = Requests.FullPath("path", request.Path);
        var chosen = new HashSet<PointId>();
        foreach (var point in request.Points ?? []) chosen.Add((await PointEndpoints.FindAsync(vaults, point, context.Caller(), ct)).Id);
        Func<PointInfo, bool>? choice = request.Points is null ? null : p => chosen.Contains(p.Id);
        return await starter.StartAsync(
            context, "copy " + JsonSerializer.Serialize(request, ContractsJson.Default.CopyRequest), job => work.Copy(job, path, choice));
    }

    private static CapturePolicy PolicyOf(BackupRequest request)
    {
        var policy = CapturePolicy.Default;
        return policy with
        {
            Wanted = request.Consistency is { } c ? Requests.Choice<Consistency>("consistency", c) : policy.Wanted,
            StepDown = !request.Strict,
            FreezeLimit = TimeSpan.FromSeconds(Requests.Range(
                "freezeLimitSeconds", request.FreezeLimitSeconds ?? policy.FreezeLimit.TotalSeconds,
                CapturePolicy.ShortestFreezeLimit.TotalSeconds, CapturePolicy.LongestFreezeLimit.TotalSeconds)),
            Guard = request.Guard is { } g ? Requests.Choice<GuardRule>("guard", g) : policy.Guard,
            Tracking = request.Tracking is { } t ? Requests.Choice<Tracking>("tracking", t) : policy.Tracking,
            SampleShare = Requests.Range("sampleShare", request.SampleShare ?? policy.SampleShare, 0, 1),
            Patience = TimeSpan.FromMinutes(Requests.Range("patienceMinutes", request.PatienceMinutes ?? policy.Patience.TotalMinutes, 0, CapturePolicy.LongestPatience.TotalMinutes)),
            Scripts = new()
            {
                Rule = request.Scripts is { } s ? Requests.Choice<ScriptRule>("scripts", s) : policy.Scripts.Rule,
                Limit = TimeSpan.FromSeconds(Requests.Range(
                    "scriptLimitSeconds", request.ScriptLimitSeconds ?? policy.Scripts.Limit.TotalSeconds,
                    ScriptPolicy.ShortestLimit.TotalSeconds, ScriptPolicy.LongestLimit.TotalSeconds)),
                Retries = Requests.Range("scriptRetries", request.ScriptRetries ?? policy.Scripts.Retries, 0, ScriptPolicy.MostRetries),
            },
        };
    }

    private static TimeSpan? Minutes(int? minutes) => minutes is { } m ? TimeSpan.FromMinutes(Requests.Range("maxMinutes", m, 1, 1_000_000)) : null;
}
