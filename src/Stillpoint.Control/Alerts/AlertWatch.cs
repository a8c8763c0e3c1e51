using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>Looks, keeps the alerts' lives, and tells. Once a minute, and after each job.</summary>
public sealed class AlertWatch
{
    /// <summary>Damage does not go away because a later verification looked elsewhere.</summary>
    private static readonly HashSet<AlertKind> Sticky = [AlertKind.DamageFound];

    private static readonly TimeSpan SpaceEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan SpaceBound = TimeSpan.FromSeconds(5);

    private readonly CatalogDatabase _database;
    private readonly AlertTable _alerts;
    private readonly AlertConditions _conditions;
    private readonly SettingTable _settings;
    private readonly TimeProvider _clock;
    private Task? _measuring;

    internal AlertWatch(CatalogDatabase database, AlertTable alerts, AlertConditions conditions, SettingTable settings, TimeProvider clock) =>
        (_database, _alerts, _conditions, _settings, _clock) = (database, alerts, conditions, settings, clock);

    /// <param name="vault">The vault's path.</param>
    /// <param name="words">An alert in the language of whoever is told.</param>
    /// <param name="unsent">Gets what could not be sent; it is tried again at the next look.</param>
    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public async Task LookAsync(string vault, Func<Alert, string> words, Action<Failure> unsent, CancellationToken ct)
    {
        await MeasureAsync(vault, ct);
        _alerts.Update(_conditions.Find(vault), Sticky);
        var sender = new AlertSender(_settings.Alerts, _clock);
        try
        {
            foreach (var alert in _alerts.Untold)
            {
                if (sender.HasWays) await sender.SendAsync(AlertMessage.Of(alert, words), ct);
                // With no way to tell, what is new now is not news when there is one.
                _alerts.Told(alert);
            }
            await sender.BeatAsync(ct);
        }
        catch (FailureException e)
        {
            unsent(e.Failure);
        }
    }

    /// <summary>One message by every way that is set, so that a mistake shows now.</summary>
    /// <exception cref="FailureException">AlertNotSent; UsageInvalid: no way is set.</exception>
    public async Task TestAsync(Func<Alert, string> words, CancellationToken ct)
    {
        var sender = new AlertSender(_settings.Alerts, _clock);
        if (!sender.HasWays && _settings.Alerts.Heartbeat is null)
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "webhook"), ("expected", "--webhook | --smtp | --command | --heartbeat"));
        var now = _clock.GetUtcNow();
        var test = new Alert("test", new(AlertKind.JobFailed, "test", "test", new Dictionary<string, string> { ["job"] = "test" }), now, now, null, null);
        await sender.SendAsync(AlertMessage.Of(test, words), ct);
        await sender.BeatAsync(ct);
    }

    /// <summary>A place that does not answer is not measured, and holds nobody up: the look that waits for it is left behind, and there is one at most.</summary>
    private async Task MeasureAsync(string vault, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var last = _database.Query("select max(at) from vault_space where vault = $vault", r => r.IsDBNull(0) ? 0 : r.GetInt64(0), ("vault", vault)).Single();
        if (now.ToUnixTimeMilliseconds() - last < SpaceEvery.TotalMilliseconds || _measuring is { IsCompleted: false }) return;
        var measuring = Task.Run(() => Directory.Exists(vault) ? new DriveInfo(vault).AvailableFreeSpace : (long?)null, CancellationToken.None);
        _measuring = measuring;
        using var bound = new CancellationTokenSource(SpaceBound, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, ct);
        try
        {
            if (await measuring.WaitAsync(either.Token) is not { } free) return;
            _database.Execute(
                "insert into vault_space (vault, at, free) values ($vault, $at, $free) on conflict do nothing", ("vault", vault), ("at", now.ToUnixTimeMilliseconds()), ("free", free));
            _database.Execute("delete from vault_space where at < $old", ("old", now.AddDays(-90).ToUnixTimeMilliseconds()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // No forecast without it, and no failure either: backups to it will tell.
        }
    }
}
