using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct JobCalls(StillpointClient client)
{
    public Task<OverviewView> OverviewAsync(CancellationToken ct) => client.GetAsync("/overview", Default.OverviewView, ct);

    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before.</param>
    public Task<Page<JobView>> ListAsync(
        CancellationToken ct, string? vm = null, string? kind = null, string? state = null, DateTimeOffset? since = null, string? after = null, int? limit = null) =>
        client.GetAsync(
            Query.Of("/jobs", ("vm", vm), ("kind", kind), ("state", state), ("since", since), ("after", after), ("limit", limit)), Default.PageJobView, ct);

    public Task<JobDetailsView> ShowAsync(string job, CancellationToken ct) => client.GetAsync($"/jobs/{Query.Step(job)}", Default.JobDetailsView, ct);

    public Task<JobStarted> CancelAsync(string job, CancellationToken ct) => client.PostAsync($"/jobs/{Query.Step(job)}/cancel", null, Default.JobStarted, ct);

    public Task<IReadOnlyList<FactView>> FactsAsync(string job, CancellationToken ct) =>
        client.GetAsync($"/jobs/{Query.Step(job)}/facts", Default.IReadOnlyListFactView, ct);

    /// <returns>Null: there was nothing to look at.</returns>
    public Task<DiagnosisView?> DiagnosisAsync(string job, CancellationToken ct) =>
        client.FindAsync($"/jobs/{Query.Step(job)}/diagnosis", Default.DiagnosisView, ct);

    /// <returns>Null: there is none, or none any more.</returns>
    public Task<JobReportView?> ReportAsync(string job, CancellationToken ct) => client.FindAsync($"/jobs/{Query.Step(job)}/report", Default.JobReportView, ct);

    /// <summary>To the job's end. A stream that ends without <c>ended</c> was cut off: look at the job and follow again.</summary>
    public IAsyncEnumerable<JobNotice> FollowAsync(string job, CancellationToken ct) => client.FollowAsync($"/jobs/{Query.Step(job)}/events", ct);

    /// <summary>Until cancelled.</summary>
    public IAsyncEnumerable<JobNotice> FollowAllAsync(CancellationToken ct) => client.FollowAsync("/events", ct);

    /// <param name="key">The same request sent again with it begins no second job.</param>
    public Task<JobStarted> BackUpAsync(BackupRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/backup", request, Default.BackupRequest, Default.JobStarted, ct, key);

    public Task<JobStarted> RestoreAsync(RestoreRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/restore", request, Default.RestoreRequest, Default.JobStarted, ct, key);

    public Task<JobStarted> VerifyAsync(VerifyRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/verify", request, Default.VerifyRequest, Default.JobStarted, ct, key);

    public Task<JobStarted> CollectAsync(GcRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/gc", request, Default.GcRequest, Default.JobStarted, ct, key);

    public Task<JobStarted> CopyAsync(CopyRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/copy", request, Default.CopyRequest, Default.JobStarted, ct, key);

    public Task<JobStarted> RepairAsync(RepairRequest request, CancellationToken ct, string? key = null) =>
        client.PostAsync("/jobs/repair", request, Default.RepairRequest, Default.JobStarted, ct, key);
}
