using Stillpoint.Model;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault;

/// <summary>A point as a list of many needs it: about 150 bytes. The rest is read when it is asked for (<see cref="OpenVault.ReadPointAsync"/>).</summary>
/// <param name="Time">The time that the book's owner reads in the caller's bytes.</param>
public sealed record PointLine(PointId Id, SeriesId Series, string Label, DateTimeOffset Time, int Rank, long BytesStored);

/// <param name="Label">Its newest point's.</param>
/// <param name="Newest">The latest of its points' times.</param>
public sealed record SeriesLine(SeriesId Series, string Label, int Points, DateTimeOffset Newest);

/// <summary>
/// The points of a vault, for whoever asks again and again. A manifest never changes, so a look lists names and reads only what is new. Damaged manifests are
/// not in it, and are tried again at each look. One look at a time; readers of <see cref="Lines"/> as many as there are.
/// </summary>
/// <param name="timeOf">Must not throw.</param>
public sealed class PointBook(OpenVault vault, Func<PointInfo, DateTimeOffset> timeOf)
{
    private readonly Dictionary<SeriesId, Dictionary<PointId, PointLine>> _known = [];
    private volatile IReadOnlyList<PointLine> _lines = [];
    private volatile IReadOnlyList<SeriesLine> _series = [];

    public OpenVault Vault => vault;

    /// <summary>As of the last look, oldest first.</summary>
    public IReadOnlyList<PointLine> Lines => _lines;

    /// <summary>The same by series, for counts that shall not pass over every point.</summary>
    public IReadOnlyList<SeriesLine> Series => _series;

    /// <param name="series">What may have changed; null: everything.</param>
    /// <exception cref="FailureException">Of the store. What was read until then is kept.</exception>
    public async Task LookAsync(IReadOnlyCollection<SeriesId>? series, CancellationToken ct)
    {
        var looked = new Dictionary<SeriesId, Dictionary<PointId, PointLine>>();
        // Marks are few beside manifests.
        var forgotten = await vault.Points.ForgottenAsync(ct).ConfigureAwait(false);
        foreach (var one in series ?? [default])
        {
            await foreach (var name in vault.Points.NamesAsync(series is null ? null : one, ct).ConfigureAwait(false))
            {
                if (forgotten.Contains(name) || !Manifest.TryParse(name, out var of, out var id)) continue;
                if (await LineAsync(of, id, name, ct).ConfigureAwait(false) is not { } line) continue;
                if (!looked.TryGetValue(of, out var lines)) looked.Add(of, lines = []);
                lines.Add(id, line);
            }
        }
        foreach (var gone in (series ?? [.. _known.Keys]).Where(s => !looked.ContainsKey(s))) _known.Remove(gone);
        foreach (var (of, lines) in looked) _known[of] = lines;
        var all = _known.Values.SelectMany(l => l.Values).ToArray();
        Array.Sort(all, static (a, b) => a.Id.CompareTo(b.Id));
        _lines = all;
        _series = [.. _known.Select(k => new SeriesLine(k.Key, k.Value.Values.MaxBy(l => l.Id)!.Label, k.Value.Count, k.Value.Values.Max(l => l.Time)))];
    }

    private async Task<PointLine?> LineAsync(SeriesId series, PointId id, string name, CancellationToken ct)
    {
        if (_known.TryGetValue(series, out var known) && known.TryGetValue(id, out var line)) return line;
        if (await vault.Points.TryReadAsync(name, ct).ConfigureAwait(false) is not { } point) return null;
        // At once: a first look at many points that is broken off is not begun anew.
        if (known is null) _known.Add(series, known = []);
        // Of a VM's points one name is kept, as long as it keeps its name.
        var label = known.Count > 0 && known.Values.First().Label is var before && before == point.SeriesLabel ? before : point.SeriesLabel;
        line = new(id, series, label, timeOf(point), point.Rank, point.BytesStored);
        known.Add(id, line);
        return line;
    }
}
