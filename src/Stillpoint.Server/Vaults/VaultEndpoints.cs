using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Vault;
using Stillpoint.Vault.Checks;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Server.Vaults;

internal static class VaultEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/vaults", List).WithName("listVaults").WithSummary("Vaults that were met here").Needs(Role.Reader, wholeOnly: true);
        api.MapPut("/vaults/default", ChooseAsync).WithName("chooseVault").WithSummary("Backups go there from now on; it is opened with the service's own secret first")
            .Needs(Role.Admin, wholeOnly: true);
        api.MapPost("/vaults/default/try", TryAsync).WithName("tryVault").WithSummary("Whether the service's own secret opens it, now").WithMetadata(new LooksOnly())
            .Needs(Role.Admin, wholeOnly: true);
        api.MapGet("/vaults/default/stats", StatsAsync).WithName("showVaultStats").WithSummary("What the vault holds, and who is at work in it")
            .Needs(Role.Reader, wholeOnly: true);
        api.MapGet("/vaults/default/keys", KeysAsync).WithName("listVaultKeys").WithSummary("Which secrets open it; never the secrets")
            .Needs(Role.Admin, wholeOnly: true);
    }

    private static IReadOnlyList<VaultView> List(StillpointControl control, ServiceVault vaults)
    {
        string? chosen;
        try
        {
            chosen = vaults.Path;
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultNotChosen)
        {
            chosen = null;
        }
        var known = control.Places.VaultPaths.OrderBy(v => v.Value, StringComparer.Ordinal).Select(v => new VaultView(v.Key.ToString("D"), v.Value, v.Value == chosen)).ToList();
        if (chosen is not null && !known.Exists(v => v.IsDefault)) known.Insert(0, new(null, chosen, true));
        return known;
    }

    private static async Task<VaultView> ChooseAsync(VaultChoice request, ServiceVault vaults, CancellationToken ct)
    {
        if (!Path.IsPathFullyQualified(request.Path) || request.Path.Contains('\0', StringComparison.Ordinal)) throw Requests.Invalid("path", "an absolute path");
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Path));
        return new((await vaults.ChooseAsync(path, request.AlsoIfTwice, ct)).ToString(), path, true);
    }

    private static async Task<VaultView> TryAsync(ServiceVault vaults, CancellationToken ct)
    {
        var path = vaults.Path;
        return new((await vaults.TryAsync(path, ct)).ToString(), path, true);
    }

    private static async Task<VaultStatsView> StatsAsync(ServiceVault vaults, CancellationToken ct)
    {
        var s = await vaults.AskAsync((vault, token) => VaultStats.ReadAsync(vault, token), ct);
        return new(
            s.Id.ToString(), vaults.Path, s.BlockSize, s.Delta, s.Created, s.Points, s.Series, s.LogicalBytes, s.StoredBytes, s.DataPacks, s.DataBytes,
            s.PagePacks, s.PageBytes, s.IndexSegments, s.IndexBytes, s.Entries,
            [.. s.Leases.Select(l => new LeaseView(l.Kind.ToText(), l.State.ToText(), l.Host, l.ProcessId, l.Purpose, l.Renewed))], s.PacksUnproven, s.OldestProof,
            s.ReserveBytes, s.SavedBytes);
    }

    private static async Task<IReadOnlyList<VaultKeyView>> KeysAsync(ServiceVault vaults, CancellationToken ct)
    {
        var keys = await vaults.AskAsync((_, token) => VaultKeys.ListAsync(new FolderStore(vaults.Path), token), ct);
        return [.. keys.Select(k => new VaultKeyView(k.Id, k.IsRecoveryKey ? "recovery-key" : "passphrase", k.Label, k.Created))];
    }
}
