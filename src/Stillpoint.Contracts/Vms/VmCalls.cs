using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct VmCalls(StillpointClient client)
{
    public Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken ct) => client.GetAsync("/hosts", Default.IReadOnlyListHostView, ct);

    public Task<HostAdded> AddHostAsync(NewHost host, CancellationToken ct) => client.PostAsync("/hosts", host, Default.NewHost, Default.HostAdded, ct);

    /// <param name="confirm">The URI again.</param>
    public Task RemoveHostAsync(string uri, string confirm, CancellationToken ct) =>
        client.DeleteAsync(Query.Of("/hosts", ("uri", uri), ("confirm", confirm)), ct);

    public Task<IReadOnlyList<VmView>> ListAsync(CancellationToken ct) => client.GetAsync("/vms", Default.IReadOnlyListVmView, ct);

    /// <param name="vm">Name or UUID.</param>
    public Task<VmDetailsView> ShowAsync(string vm, CancellationToken ct) => client.GetAsync($"/vms/{Query.Step(vm)}", Default.VmDetailsView, ct);

    public Task<VmCheckView> CheckAsync(string vm, VmCheckRequest request, CancellationToken ct) =>
        client.PostAsync($"/vms/{Query.Step(vm)}/check", request, Default.VmCheckRequest, Default.VmCheckView, ct);

    /// <param name="confirm">The VM's name.</param>
    public Task<VmReleasedView> ReleaseAsync(string vm, string confirm, CancellationToken ct) =>
        client.PostAsync(Query.Of($"/vms/{Query.Step(vm)}/release", ("confirm", confirm)), null, Default.VmReleasedView, ct);
}
