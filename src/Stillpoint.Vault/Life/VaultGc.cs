using Stillpoint.Model;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Trees;

namespace Stillpoint.Vault;

/// <summary>
/// Garbage collection: takes forgotten points past their time, then deletes what no point refers to any more. Runs beside backups, restores and verification,
/// one at a time, and may be killed at any moment: the next run goes on.
/// </summary>
public static class VaultGc
{
    /// <exception cref="FailureException">
    /// VaultBusy: another collection, a key change or an index rebuild is at work. VaultDamaged: a manifest, page or index segment cannot be read, so that it cannot be
    /// known what is needed; nothing was deleted because of it. VaultFull: even the reserve was not enough.
    /// </exception>
    public static async Task<GcReport> RunAsync(OpenVault vault, GcOptions options, CancellationToken ct)
    {
        // An index of its own: its view changes only between steps.
        var store = Reserve.Over(vault.Parts).Store;
        var index = new BlockIndex(store, vault.Parts.Keys);
        using var blocks = new BlockReader(store, vault.Parts.Keys, index, vault.BlockSize);
        var parts = vault.Parts with { Store = store, Index = index, Blocks = blocks, Pages = new PageReader(blocks) };
        if (options.DryRun) return await new Collection(parts, vault.Parts.Store, options, null).RunAsync(ct).ConfigureAwait(false);
        var terms = new LeaseTerms(LeaseKind.Collector, LeaseTerms.DefaultDuration, null, null, ProcessIdentity.Current, "collecting garbage");
        var lease = await LeaseKeeper.TakeAsync(store, parts.Keys, terms, parts.Clock, ct).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            if (options.OnStep is { } told) await told(GcStep.Leased).ConfigureAwait(false);
            try
            {
                return await new Collection(parts, vault.Parts.Store, options, lease).RunAsync(ct).ConfigureAwait(false);
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
            {
                await lease.CheckAsync(ct).ConfigureAwait(false); // one that is not alone any more sees things vanish
                throw;
            }
        }
    }

    /// <summary>Makes the space reserve a collection lives on when the vault is full; it is made again after every collection.</summary>
    public static Task MakeReserveAsync(IBlobStore store, CancellationToken ct) => Reserve.MakeAsync(store, ct);
}
