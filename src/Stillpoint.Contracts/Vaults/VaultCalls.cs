using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct VaultCalls(StillpointClient client)
{
    public Task<IReadOnlyList<VaultView>> ListAsync(CancellationToken ct) => client.GetAsync("/vaults", Default.IReadOnlyListVaultView, ct);

    public Task<VaultView> ChooseAsync(VaultChoice choice, CancellationToken ct) =>
        client.PutAsync("/vaults/default", choice, Default.VaultChoice, Default.VaultView, null, ct);

    /// <summary>Whether the service's own secret opens it, now: that of a vault that is open may have been changed since.</summary>
    public Task<VaultView> TryAsync(CancellationToken ct) => client.PostAsync("/vaults/default/try", null, Default.VaultView, ct);

    public Task<VaultStatsView> StatsAsync(CancellationToken ct) => client.GetAsync("/vaults/default/stats", Default.VaultStatsView, ct);

    public Task<IReadOnlyList<VaultKeyView>> KeysAsync(CancellationToken ct) => client.GetAsync("/vaults/default/keys", Default.IReadOnlyListVaultKeyView, ct);
}
