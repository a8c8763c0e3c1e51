using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Life;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault;

/// <param name="Since">When it was forgotten, store's time.</param>
public sealed record ForgottenPoint(PointInfo Point, DateTimeOffset Since)
{
    /// <summary>From then on garbage collection takes it; later where the clock seems to have jumped.</summary>
    public DateTimeOffset Until => Since + VaultForget.Kept;
}

/// <summary>
/// Forgetting hides points at once and frees nothing: for <see cref="Kept"/> they can be brought back, then <see cref="VaultGc"/> takes them. Runs beside all
/// other work but exclusive.
/// </summary>
public static class VaultForget
{
    /// <summary>How long a forgotten point is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    public static async Task ForgetAsync(OpenVault vault, IReadOnlyCollection<PointInfo> points, CancellationToken ct)
    {
        var parts = Reserve.Over(vault.Parts);
        foreach (var point in points) await ForgottenMarks.PutAsync(parts.Store, parts.Keys, Manifest.NameOf(point.Series, point.Id), fence: false, ct).ConfigureAwait(false);
    }

    /// <summary>Also for a point whose manifest cannot be read.</summary>
    /// <param name="objectName">As in the argument <c>object</c> of <see cref="IVault.ListDamagedAsync"/>.</param>
    public static Task ForgetDamagedAsync(OpenVault vault, string objectName, CancellationToken ct) =>
        ForgottenMarks.PutAsync(Reserve.Over(vault.Parts).Store, vault.Parts.Keys, objectName, fence: false, ct);

    /// <exception cref="FailureException">VaultBusy while garbage is collected; PointNotFound: it is gone.</exception>
    public static async Task UnforgetAsync(OpenVault vault, PointInfo point, CancellationToken ct)
    {
        var parts = Reserve.Over(vault.Parts);
        var terms = new LeaseTerms(LeaseKind.Reader, LeaseTerms.DefaultDuration, point.Id, null, ProcessIdentity.Current, $"bringing back {point.Id}");
        var lease = await LeaseKeeper.TakeAsync(parts.Store, parts.Keys, terms, parts.Clock, ct).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            // The lease names the point and was put before this look: a collection that begins later keeps the point, one at work is seen here.
            var leases = await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false);
            if (leases.FirstOrDefault(l => l is { Kind: LeaseKind.Collector, State: LeaseState.Live }) is { } collector) throw LeaseKeeper.Busy(collector);
            if (await parts.Store.FindAsync(Manifest.NameOf(point.Series, point.Id), ct).ConfigureAwait(false) is null)
                throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", point.Id.ToString()));
            await parts.Store.DeleteAsync(ForgottenMarks.NameOf(point.Series, point.Id), ct).ConfigureAwait(false);
            // A collection that slept past its lease may be about to take it, or this one slept and it is taken.
            if (await Fences.IsTakenAsync(parts.Store, point.Series, point.Id).ConfigureAwait(false))
            {
                await ForgottenMarks.PutAsync(parts.Store, parts.Keys, Manifest.NameOf(point.Series, point.Id), fence: false, CancellationToken.None).ConfigureAwait(false);
                throw new FailureException(FailureCode.PointNotFound, Stage.Input, ("point", point.Id.ToString()));
            }
        }
    }
}
