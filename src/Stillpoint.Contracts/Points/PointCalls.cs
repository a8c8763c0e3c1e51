using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct PointCalls(StillpointClient client)
{
    public Task<Page<PointView>> ListAsync(CancellationToken ct, string? vm = null, string? after = null, int? limit = null) =>
        client.GetAsync(Query.Of("/points", ("vm", vm), ("after", after), ("limit", limit)), Default.PagePointView, ct);

    public Task<PointView> ShowAsync(string point, CancellationToken ct) => client.GetAsync($"/points/{Query.Step(point)}", Default.PointView, ct);

    /// <param name="confirm">The point's id, again.</param>
    public Task ForgetAsync(string point, string confirm, CancellationToken ct) => client.DeleteAsync(Query.Of($"/points/{Query.Step(point)}", ("confirm", confirm)), ct);

    /// <summary>Several at once; with <see cref="ForgetRequest.DryRun"/> it shows what would go.</summary>
    public Task<ForgetView> ForgetAsync(ForgetRequest request, CancellationToken ct) =>
        client.PostAsync("/points/forget", request, Default.ForgetRequest, Default.ForgetView, ct);

    public Task<IReadOnlyList<ForgottenPointView>> ForgottenAsync(CancellationToken ct, string? vm = null) =>
        client.GetAsync(Query.Of("/forgotten-points", ("vm", vm)), Default.IReadOnlyListForgottenPointView, ct);

    public Task<ForgottenPointView> UnforgetAsync(string point, CancellationToken ct) =>
        client.PostAsync($"/forgotten-points/{Query.Step(point)}/unforget", null, Default.ForgottenPointView, ct);

    public Task<IReadOnlyList<FailureView>> DamagedAsync(CancellationToken ct) => client.GetAsync("/damaged-points", Default.IReadOnlyListFailureView, ct);
}
