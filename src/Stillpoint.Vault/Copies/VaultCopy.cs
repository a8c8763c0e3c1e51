using Stillpoint.Model;
using Stillpoint.Vault.Copies;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <param name="Vault">The copy's own id.</param>
/// <param name="Made">The copy was made by this run.</param>
/// <param name="Points">Copied now, oldest first.</param>
/// <param name="PointsThere">Chosen points that the copy had before.</param>
/// <param name="Packs">Copied now; those it had are not counted.</param>
/// <param name="Bytes">Stored bytes of these packs.</param>
/// <param name="Failures">Points that are damaged in the source and so were left out.</param>
public sealed record CopyReport(
    VaultId Vault, bool Made, IReadOnlyList<PointId> Points, int PointsThere, long Packs, long Bytes, IReadOnlyList<Failure> Failures);

/// <summary>
/// Copies points into a second vault: a twin with an id of its own, the same master key, and the same secrets as the source had when the twin was made
/// (docs/adr/0009). Packs and manifests are copied byte for byte, and only those that the twin lacks; what was copied before a death is not copied again.
/// The newest of what each owner saved (<see cref="VaultSaved"/>) goes with them.
/// </summary>
public static class VaultCopy
{
    /// <param name="target">Empty, or a copy made before.</param>
    /// <param name="chosen">Which of the source's points; null: all.</param>
    /// <param name="progress">Called with stored bytes done since the last call.</param>
    /// <exception cref="FailureException">
    /// VaultFolderNotEmpty; VaultNotACopy: another vault is there; VaultIdTwice: the target is the source, or a copy of it made by other means; VaultBusy;
    /// PackCondemned: garbage collection is at work there, try again after it; the stores'.
    /// </exception>
    public static async Task<CopyReport> RunAsync(
        OpenVault source, IBlobStore target, Func<PointInfo, bool>? chosen, Action<long>? progress, CancellationToken ct)
    {
        var lease = await source.TakeReaderLeaseAsync(null, "copying the vault", ct).ConfigureAwait(false);
        try
        {
            var (twin, made) = await TwinVault.OpenOrMakeAsync(source, target, ct).ConfigureAwait(false);
            await using (twin.ConfigureAwait(false))
            {
                await source.Parts.Index.RefreshAsync(ct).ConfigureAwait(false);
                var (copied, there, failures) = (new List<PointId>(), 0, new List<Failure>());
                var (packs, bytes) = (0L, 0L);
                foreach (var point in await source.ListPointsAsync(null, ct).ConfigureAwait(false))
                {
                    if (chosen is not null && !chosen(point)) continue;
                    try
                    {
                        if (await PointCopy.RunAsync(source, twin, point, progress, ct).ConfigureAwait(false) is { } done)
                        {
                            copied.Add(point.Id);
                            (packs, bytes) = (packs + done.Packs, bytes + done.Bytes);
                        }
                        else
                        {
                            there++;
                        }
                    }
                    catch (FailureException e) when (e.Failure.Code == FailureCode.VaultDamaged)
                    {
                        // Forgotten and collected meanwhile.
                        if (await source.Parts.Store.FindAsync(Manifest.NameOf(point.Series, point.Id), ct).ConfigureAwait(false) is null) continue;
                        failures.Add(e.Failure.With(new("point", $"{point.Id} of {point.SeriesLabel}"))); // the others are worth having
                    }
                }
                failures.AddRange(await VaultSaved.CopyAsync(source, twin, ct).ConfigureAwait(false));
                return new(twin.Id, made, copied, there, packs, bytes, failures);
            }
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }
}
