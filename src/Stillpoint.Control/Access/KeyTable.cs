using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;

namespace Stillpoint.Control.Access;

public enum KeyKind
{
    /// <summary>Made by signing in; in a browser's cookie.</summary>
    Session,

    /// <summary>Made to be kept by a program.</summary>
    Token,
}

/// <param name="Role">A token's own, which its owner's bounds; a session's is its owner's.</param>
/// <param name="Csrf">A session's second value, which no other site can know.</param>
public sealed record KeyRecord(
    string Id, KeyKind Kind, string Owner, string Label, Role Role, VmScope Vms, string? Csrf, DateTimeOffset Created, DateTimeOffset Expires,
    DateTimeOffset? LastUsed);

/// <summary>Sessions and tokens. 256 random bits each, of which only the SHA-256 is kept: nothing in the catalog signs anybody in.</summary>
public sealed class KeyTable(CatalogDatabase database)
{
    private const string Columns = "id, kind, owner, label, role, vms, csrf, created, expires, last_used";

    /// <returns>The secret: the one moment it is there.</returns>
    public string Add(KeyRecord key)
    {
        var secret = (key.Kind == KeyKind.Token ? "spt_" : "sps_") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        database.Execute(
            $"insert into access_key ({Columns}, hash) values ($id, $kind, $owner, $label, $role, $vms, $csrf, $created, $expires, null, $hash)",
            ("id", key.Id), ("kind", key.Kind.ToText()), ("owner", key.Owner), ("label", key.Label), ("role", key.Role.ToText()), ("vms", key.Vms.Write()),
            ("csrf", key.Csrf), ("created", key.Created.ToUnixTimeMilliseconds()), ("expires", key.Expires.ToUnixTimeMilliseconds()), ("hash", Hash(secret)));
        return secret;
    }

    /// <returns>Null: there is none, or its time is up.</returns>
    public KeyRecord? Find(string secret, KeyKind kind, DateTimeOffset now) => database.Query(
        $"select {Columns} from access_key where hash = $hash and kind = $kind and expires > $now", Read,
        ("hash", Hash(secret)), ("kind", kind.ToText()), ("now", now.ToUnixTimeMilliseconds())).FirstOrDefault();

    /// <summary>Written at most once a minute for each: it is read by people.</summary>
    public void Used(KeyRecord key, DateTimeOffset now)
    {
        if (key.LastUsed is { } last && now - last < TimeSpan.FromMinutes(1)) return;
        database.Execute("update access_key set last_used = $now where id = $id", ("now", now.ToUnixTimeMilliseconds()), ("id", key.Id));
    }

    /// <param name="owner">Null: everybody's.</param>
    public IReadOnlyList<KeyRecord> ListTokens(string? owner) => database.Query(
        $"select {Columns} from access_key where kind = 'token' and ($owner is null or owner = $owner) order by id", Read, ("owner", owner));

    public void Remove(string id) => database.Execute("delete from access_key where id = $id", ("id", id));

    /// <param name="but">A session that stays; null: none.</param>
    public void RemoveSessions(string owner, string? but) => database.Execute(
        "delete from access_key where kind = 'session' and owner = $owner and ($but is null or id <> $but)", ("owner", owner), ("but", but));

    public void RemoveExpired(DateTimeOffset now) =>
        database.Execute("delete from access_key where expires <= $now", ("now", now.ToUnixTimeMilliseconds()));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static KeyRecord Read(SqliteDataReader r) => new(
        r.GetString(0), FailureText.Parse<KeyKind>(r.GetString(1)), r.GetString(2), r.GetString(3), FailureText.Parse<Role>(r.GetString(4)),
        VmScope.Read(r.IsDBNull(5) ? null : r.GetString(5)), r.IsDBNull(6) ? null : r.GetString(6), Time(r.GetInt64(7)), Time(r.GetInt64(8)),
        r.IsDBNull(9) ? null : Time(r.GetInt64(9)));

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
