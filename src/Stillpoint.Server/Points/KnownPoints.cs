using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Server.Vaults;
using Stillpoint.Vault;

namespace Stillpoint.Server.Points;

/// <summary>
/// The points of the service's vault, for lists and counts: kept between requests, so that one among many thousands costs little. What this service does is
/// seen by the next request; so is what others do in a vault of at most <see cref="Few"/> points, in a larger one within <see cref="Fresh"/>, or as long as ten looks take: a
/// vault far away is not listed without rest.
/// What is forgotten, restored or counted for retention is read from the vault itself.
/// </summary>
internal sealed class KnownPoints(ServiceVault vaults, TimeProvider clock)
{
    /// <summary>Their names are listed in some milliseconds.</summary>
    private const int Few = 1000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    /// <summary>A look that takes so much longer than the one before is waited for: the vault may not answer any more, and that must be told.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly HashSet<SeriesId> _changed = [];
    private PointBook? _book;
    private long? _looked;
    private TimeSpan _fresh = Fresh;
    private bool _allChanged = true;
    private Task? _looking;

    /// <summary>Has the points read before the first request asks for them, if there is a vault that opens.</summary>
    public void Begin() => _ = Task.Run(async () =>
    {
        try
        {
            await ListAsync(CancellationToken.None);
        }
        catch (FailureException)
        {
            // told to whoever asks
        }
    });

    /// <summary>Oldest first.</summary>
    /// <exception cref="FailureException">As <see cref="ServiceVault.OpenAsync"/>; VaultNotResponding, also while many points are read for the first time.</exception>
    public async Task<IReadOnlyList<PointLine>> ListAsync(CancellationToken ct) => (await BookAsync(ct)).Lines;

    /// <exception cref="FailureException">As <see cref="ListAsync"/>.</exception>
    public async Task<IReadOnlyList<SeriesLine>> SeriesAsync(CancellationToken ct) => (await BookAsync(ct)).Series;

    private async Task<PointBook> BookAsync(CancellationToken ct)
    {
        var asked = clock.GetTimestamp();
        var vault = await vaults.OpenAsync(ct);
        while (true)
        {
            Task looking;
            lock (_gate)
            {
                if (_book?.Vault != vault) (_book, _looked, _allChanged, _looking) = (new(vault, p => PointMetadata.ReadTaken(p.Metadata) ?? p.Created), null, true, null);
                var age = _looked is { } looked ? clock.GetElapsedTime(looked) : TimeSpan.MaxValue;
                var must = _allChanged || _changed.Count > 0 || age > _fresh + Late || (_book.Lines.Count <= Few && _looked < asked);
                if (must || age > _fresh) _looking ??= LookAsync(_book);
                if (!must) return _book;
                looking = _looking!;
            }
            await vaults.WaitForAsync(looking, ct);
        }
    }

    /// <param name="vm">A name or UUID.</param>
    public static bool IsOf(PointLine point, string vm) => point.Label == vm || point.Series.ToString().Equals(vm, StringComparison.OrdinalIgnoreCase);

    public void Changed(SeriesId series)
    {
        lock (_gate) _changed.Add(series);
    }

    public void AllChanged()
    {
        lock (_gate) _allChanged = true;
    }

    /// <summary>Before anybody else hears of it, who may then ask at once.</summary>
    public void Hear(JobEvent jobEvent, JobKind? kind)
    {
        if (jobEvent is PointCommitted committed) Changed(new(committed.Point.Vm.Value));
        // The other kinds may have changed anything.
        else if (jobEvent is JobEnded && kind is not (JobKind.Backup or JobKind.Restore)) AllChanged();
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>On a thread of its own: a folder's calls block theirs.</summary>
    private Task LookAsync(PointBook book)
    {
        var (all, series, started) = (_allChanged || _looked is null || _changed.Count == 0, _changed.ToArray(), clock.GetTimestamp());
        _allChanged = false;
        _changed.Clear();
        return Task.Run(async () =>
        {
            var looked = false;
            try
            {
                await book.LookAsync(all ? null : series, CancellationToken.None);
                looked = true;
            }
            finally
            {
                lock (_gate)
                {
                    if (_book == book)
                    {
                        _looking = null;
                        if (!looked) _allChanged = true;
                        // The first one reads every manifest, and says nothing of those after it.
                        else if (all) (_fresh, _looked) = (_looked is null ? Fresh : Longer(Fresh, 10 * clock.GetElapsedTime(started)), started);
                    }
                }
            }
        });
    }
}
