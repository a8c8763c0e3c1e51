using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct VaultCalls(StillpointClient client)
{
    public Task<IReadOnlyList<VaultView>> ListAsync(CancellationToken ct) => client.GetAsync("/vaults", Default.IReadOnlyListVaultView, ct);

    public Task<VaultView> ChooseAsync(VaultChoice choice, CancellationToken ct) =>
        client.PutAsync("/vaults/default", choice, Default.VaultChoice, Default.VaultView, null, ct);

    public Task<VaultStatsView> StatsAsync(CancellationToken ct) => client.GetAsync("/vaults/default/stats", Default.VaultStatsView, ct);

    public Task<IReadOnlyList<VaultKeyView>> KeysAsync(CancellationToken ct) => client.GetAsync("/vaults/default/keys", Default.IReadOnlyListVaultKeyView, ct);
}
