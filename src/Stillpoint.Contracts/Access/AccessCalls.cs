using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

/// <summary>What a program needs of users and tokens; sessions are a browser's, which keeps their cookie.</summary>
public readonly struct AccessCalls(StillpointClient client)
{
    public Task<UserView> SetUpAsync(SetUpRequest request, CancellationToken ct) =>
        client.PostAsync("/setup", request, Default.SetUpRequest, Default.UserView, ct);

    public Task<SessionView> WhoAsync(CancellationToken ct) => client.GetAsync("/session", Default.SessionView, ct);

    public Task<IReadOnlyList<UserView>> UsersAsync(CancellationToken ct) => client.GetAsync("/users", Default.IReadOnlyListUserView, ct);

    public Task<UserView> AddUserAsync(NewUser user, CancellationToken ct) => client.PostAsync("/users", user, Default.NewUser, Default.UserView, ct);

    public Task RemoveUserAsync(string name, string confirm, CancellationToken ct) =>
        client.DeleteAsync(Query.Of($"/users/{Query.Step(name)}", ("confirm", confirm)), ct);

    public Task<IReadOnlyList<TokenView>> TokensAsync(CancellationToken ct) => client.GetAsync("/tokens", Default.IReadOnlyListTokenView, ct);

    public Task RemoveTokenAsync(string id, CancellationToken ct) => client.DeleteAsync($"/tokens/{Query.Step(id)}", ct);

    public Task<Page<AuditView>> AuditAsync(CancellationToken ct, string? who = null, string? after = null, int? limit = null) =>
        client.GetAsync(Query.Of("/audit", ("who", who), ("after", after), ("limit", limit)), Default.PageAuditView, ct);
}
