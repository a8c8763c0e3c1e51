using System.Globalization;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Saving;

/// <summary>Which saved catalog comes back: one data folder's, and of its copies the newest that is whole.</summary>
internal static class SavedChoice
{
    private const int LeastPrefix = 4;

    /// <summary>The copies to be tried, newest first; none if nothing was ever saved.</summary>
    /// <param name="from">Id of an owner, or a prefix of one.</param>
    /// <exception cref="FailureException">SavedCatalogAmbiguous: there are several owners and none or no single one was named; SavedCatalogNotFound.</exception>
    public static async Task<IReadOnlyList<SavedCopy>> FindAsync(OpenVault vault, string? from, CancellationToken ct)
    {
        var copies = await VaultSaved.ListAsync(vault, ct);
        bool Named(SavedCopy copy) => from is null || (from.Length >= LeastPrefix && copy.Owner.ToString("D").StartsWith(from, StringComparison.OrdinalIgnoreCase));
        var owners = copies.Where(Named).GroupBy(c => c.Owner).ToList();
        if (owners.Count == 0 && from is not null) throw await NamingAllAsync(vault, Failure.Of(FailureCode.SavedCatalogNotFound, Stage.Input, ("owner", from)), copies, ct);
        if (owners.Count > 1) throw await NamingAllAsync(vault, Failure.Of(FailureCode.SavedCatalogAmbiguous, Stage.Input, ("count", $"{owners.Count}")), copies, ct);
        return [.. owners.SelectMany(o => o)];
    }

    /// <summary>The first of the copies that can be read.</summary>
    /// <param name="damaged">Gets what is wrong with those before it.</param>
    /// <returns>Null: none can be read.</returns>
    /// <exception cref="FailureException">VaultFormatNewer: none can, and one of them is a later Stillpoint's.</exception>
    public static async Task<(SavedCopy Copy, SavedContent Content)?> ReadAsync(OpenVault vault, IEnumerable<SavedCopy> copies, List<Failure> damaged, CancellationToken ct)
    {
        FailureException? newer = null;
        foreach (var copy in copies)
        {
            try
            {
                if (await VaultSaved.ReadAsync(vault, copy, ct) is { } content) return (copy, content);
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
            {
                if (e.Failure.Code == FailureCode.VaultFormatNewer) newer = e;
                damaged.Add(e.Failure);
            }
        }
        return newer is null ? null : throw newer;
    }

    /// <summary>Each owner with its host and when it last saved: what to choose by.</summary>
    private static async Task<FailureException> NamingAllAsync(OpenVault vault, Failure failure, IReadOnlyList<SavedCopy> copies, CancellationToken ct)
    {
        foreach (var owned in copies.GroupBy(c => c.Owner))
        {
            var found = await ReadAsync(vault, owned, [], ct);
            var host = found?.Content.Host ?? "?";
            var at = (found?.Copy ?? owned.First()).Saved;
            failure = failure.With(new(owned.Key.ToString("D"), string.Create(CultureInfo.InvariantCulture, $"{host} {at.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}"), at));
        }
        return new(failure);
    }
}
