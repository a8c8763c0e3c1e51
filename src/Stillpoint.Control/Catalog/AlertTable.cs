using System.Text.Json;
using Microsoft.Data.Sqlite;
using Stillpoint.Control.Alerts;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Alerts and their life: raised once, seen again and again, cleared once.</summary>
public sealed class AlertTable(CatalogDatabase database, TimeProvider clock)
{
    private const string Columns = "id, kind, subject, name, arguments, raised, seen, hushed, cleared";

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Newest first.</summary>
    /// <param name="all">Also those that are over.</param>
    public IReadOnlyList<Alert> List(bool all, int limit = 1000) => Query(
        all ? "order by raised desc, id desc limit $limit" : "where cleared is null and hushed is null order by raised desc, id desc limit $limit", ("limit", limit));

    /// <summary>By hand: it is listed and told no more, and ends when its reason does.</summary>
    /// <exception cref="FailureException">AlertNotFound: no open alert has that id, or several begin so.</exception>
    public Alert Clear(string idOrPrefix)
    {
        var found = List(all: false).Where(a => idOrPrefix.Length >= 4 && a.Id.StartsWith(idOrPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count != 1) throw new FailureException(FailureCode.AlertNotFound, Stage.Input, ("alert", idOrPrefix));
        database.Execute("update alert set hushed = $now where id = $id", ("now", Now), ("id", found[0].Id));
        return found[0];
    }

    /// <summary>What holds now: new reasons are raised, present ones seen, the others cleared.</summary>
    /// <param name="sticky">Kinds that only a person clears.</param>
    internal void Update(IReadOnlyCollection<Condition> conditions, IReadOnlySet<AlertKind> sticky) => database.InTransaction(() =>
    {
        foreach (var c in conditions)
        {
            database.Execute(
                """
                insert into alert (id, kind, subject, name, arguments, raised, seen) values ($id, $kind, $subject, $name, $arguments, $now, $now)
                on conflict (kind, subject) where cleared is null do update set seen = excluded.seen, name = excluded.name, arguments = excluded.arguments
                """,
                ("id", Ulid.New(clock).ToString()), ("kind", c.Kind.ToText()), ("subject", c.Subject), ("name", c.Name),
                ("arguments", JsonSerializer.Serialize(c.Arguments, AlertJson.Default.IReadOnlyDictionaryStringString)), ("now", Now));
        }
        var holds = conditions.Select(c => (c.Kind, c.Subject)).ToHashSet();
        foreach (var over in Query("where cleared is null").Where(a => !sticky.Contains(a.Condition.Kind) && !holds.Contains((a.Condition.Kind, a.Condition.Subject))))
            database.Execute("update alert set cleared = $now where id = $id", ("now", Now), ("id", over.Id));
    });

    /// <summary>What nobody was told yet, oldest first; <c>Cleared</c> of what was never told as raised is left out.</summary>
    internal IReadOnlyList<Alert> Untold => Query(
        "where hushed is null and ((told = 0 and cleared is null) or (told = 1 and cleared is not null)) order by raised, id");

    internal void Told(Alert alert) => database.Execute(
        "update alert set told = $told where id = $id", ("told", alert.Cleared is null ? 1 : 2), ("id", alert.Id));

    private IReadOnlyList<Alert> Query(string rest, params ReadOnlySpan<(string, object?)> values) => database.Query($"select {Columns} from alert {rest}", Read, values);

    private static Alert Read(SqliteDataReader r) => new(
        r.GetString(0),
        new(FailureText.Parse<AlertKind>(r.GetString(1)), r.GetString(2), r.GetString(3), JsonSerializer.Deserialize(r.GetString(4), AlertJson.Default.IReadOnlyDictionaryStringString)!),
        DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(5)), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(6)), Time(r, 7), Time(r, 8));

    private static DateTimeOffset? Time(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(column));
}
