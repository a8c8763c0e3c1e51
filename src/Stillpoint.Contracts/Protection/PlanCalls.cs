using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

/// <summary>Which VM is protected, and what starts when.</summary>
public readonly struct PlanCalls(StillpointClient client)
{
    public Task<IReadOnlyList<ProtectionView>> ProtectedAsync(CancellationToken ct) => client.GetAsync("/protected-vms", Default.IReadOnlyListProtectionView, ct);

    /// <param name="vm">Name or UUID.</param>
    public Task<ProtectionView> ProtectionAsync(string vm, CancellationToken ct) =>
        client.GetAsync($"/vms/{Query.Step(vm)}/protection", Default.ProtectionView, ct);

    public Task<ProtectionView> ProtectAsync(string vm, ProtectRequest request, CancellationToken ct) =>
        client.PutAsync($"/vms/{Query.Step(vm)}/protection", request, Default.ProtectRequest, Default.ProtectionView, null, ct);

    /// <param name="confirm">The VM's name.</param>
    public Task UnprotectAsync(string vm, string confirm, CancellationToken ct) =>
        client.DeleteAsync(Query.Of($"/vms/{Query.Step(vm)}/protection", ("confirm", confirm)), ct);

    /// <param name="hours">1 to 9,600: windows that open within them.</param>
    public Task<PlanView> PlanAsync(CancellationToken ct, int? hours = null, string? vm = null) =>
        client.GetAsync(Query.Of("/plan", ("hours", hours), ("vm", vm)), Default.PlanView, ct);

    /// <summary>Starts what is due now and tells what becomes of it, to the end. Where that runs already it is told from its beginning.</summary>
    public IAsyncEnumerable<DueNotice> RunDueAsync(CancellationToken ct) => client.FollowAsync(HttpMethod.Post, "/plan/run-due", Default.DueNotice, ct);

    /// <summary>Asks it to end cleanly; who follows it hears of that.</summary>
    public Task StopDueAsync(CancellationToken ct) => client.DeleteAsync("/plan/run-due", ct);

    public Task<PlanSettings> SettingsAsync(CancellationToken ct) => client.GetAsync("/plan/settings", Default.PlanSettings, ct);

    public Task<PlanSettings> SetAsync(PlanSettings settings, CancellationToken ct) =>
        client.PutAsync("/plan/settings", settings, Default.PlanSettings, Default.PlanSettings, null, ct);
}
