using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Access;

/// <param name="Id">Sorts by time.</param>
/// <param name="Via">session, token, socket; anonymous for a sign-in.</param>
/// <param name="Action">The endpoint's name.</param>
/// <param name="Target">What it was done to, as it stood in the request's path and query.</param>
/// <param name="Outcome">HTTP's status.</param>
public sealed record AuditRecord(
    string Id, DateTimeOffset At, string Who, string Via, string Address, string Action, string Target, int Outcome, string? Job);

/// <summary>Every change that was asked for, allowed or not. Only ever added to.</summary>
public sealed class AuditTable(CatalogDatabase database)
{
    public void Add(AuditRecord entry) => database.Execute(
        """
        insert into audit (id, at, who, via, address, action, target, outcome, job)
        values ($id, $at, $who, $via, $address, $action, $target, $outcome, $job)
        """,
        ("id", entry.Id), ("at", entry.At.ToUnixTimeMilliseconds()), ("who", entry.Who), ("via", entry.Via), ("address", entry.Address),
        ("action", entry.Action), ("target", entry.Target), ("outcome", entry.Outcome), ("job", entry.Job));

    /// <summary>Newest first.</summary>
    /// <param name="after">The id of the last one of the page before; null: from the newest on.</param>
    public IReadOnlyList<AuditRecord> List(string? who, string? after, int limit) => database.Query(
        """
        select id, at, who, via, address, action, target, outcome, job from audit
        where ($who is null or who = $who) and ($after is null or id < $after) order by id desc limit $limit
        """,
        r => new AuditRecord(
            r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5),
            r.GetString(6), (int)r.GetInt64(7), r.IsDBNull(8) ? null : r.GetString(8)),
        ("who", who), ("after", after), ("limit", limit));
}
