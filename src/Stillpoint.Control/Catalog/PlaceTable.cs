using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Catalog;

/// <param name="Registered">Its VMs are looked at and can be protected.</param>
public sealed record HostRecord(string Uri, DateTimeOffset LastUsed, bool Registered);

/// <summary>Hosts, vaults, VMs and points that were met here, and which vault is the default. A cache: losing it loses no backup.</summary>
public sealed class PlaceTable(CatalogDatabase database, TimeProvider clock)
{
    private const string DefaultVaultSetting = "default-vault";

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public string? DefaultVault
    {
        get => database.Query("select value from setting where name = $name", r => r.GetString(0), ("name", DefaultVaultSetting)).FirstOrDefault();
        set => database.Execute(
            "insert into setting (name, value) values ($name, $value) on conflict (name) do update set value = excluded.value",
            ("name", DefaultVaultSetting), ("value", value));
    }

    public IReadOnlyList<HostRecord> Hosts => database.Query(
        "select uri, last_used, registered is not null from host order by last_used desc, uri",
        r => new HostRecord(r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1)), r.GetBoolean(2)));

    public void HostUsed(string uri) => database.Execute(
        "insert into host (uri, last_used) values ($uri, $now) on conflict (uri) do update set last_used = excluded.last_used",
        ("uri", uri), ("now", Now));

    /// <summary>From now on its VMs are looked at.</summary>
    public void Register(string uri) => database.Execute(
        """
        insert into host (uri, last_used, registered) values ($uri, $now, $now)
        on conflict (uri) do update set last_used = excluded.last_used, registered = coalesce(host.registered, excluded.registered)
        """,
        ("uri", uri), ("now", Now));

    /// <exception cref="FailureException">HostNotKnown; HostInUse: VMs of it are protected.</exception>
    public void RemoveHost(string uri) => database.InTransaction(() =>
    {
        var used = database.Query("select name from protected_vm where host = $uri and orphaned is null order by name", r => r.GetString(0), ("uri", uri));
        if (used.Count > 0)
            throw new FailureException(FailureCode.HostInUse, Stage.Input, ("uri", uri), ("count", $"{used.Count}"), ("names", string.Join(", ", used.Take(5))));
        if (database.Execute("delete from host where uri = $uri", ("uri", uri)) == 0)
            throw new FailureException(FailureCode.HostNotKnown, Stage.Input, ("uri", uri));
    });

    public void VaultUsed(VaultId id, string path) => database.Execute(
        """
        insert into vault (id, path, last_used) values ($id, $path, $now)
        on conflict (id) do update set path = excluded.path, last_used = excluded.last_used
        """,
        ("id", id.ToString()), ("path", path), ("now", Now));

    /// <summary>Where the vault was last met; null: never.</summary>
    public string? PathOf(VaultId id) => database.Query("select path from vault where id = $id", r => r.GetString(0), ("id", id.ToString())).FirstOrDefault();

    public IReadOnlyDictionary<Guid, string> VaultPaths =>
        database.Query("select id, path from vault", r => (Id: Guid.Parse(r.GetString(0)), Path: r.GetString(1))).ToDictionary(v => v.Id, v => v.Path);

    /// <summary>The newest point of each VM that was made here; by name.</summary>
    public IReadOnlyList<(string Vm, DateTimeOffset Taken)> NewestPoints => database.Query(
        "select vm, max(taken) from point group by vm order by vm", r => (r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1))));

    public void VmUsed(VmId id, string name, string host) => database.Execute(
        """
        insert into vm (id, name, host, last_used) values ($id, $name, $host, $now)
        on conflict (id) do update set name = excluded.name, host = excluded.host, last_used = excluded.last_used
        """,
        ("id", id.ToString()), ("name", name), ("host", host), ("now", Now));

    /// <summary>Its host listed it.</summary>
    public void VmSeen(VmId id, string name, string host) => database.Execute(
        """
        insert into vm (id, name, host, last_used, seen) values ($id, $name, $host, $now, $now)
        on conflict (id) do update set name = excluded.name, host = excluded.host, seen = excluded.seen
        """,
        ("id", id.ToString()), ("name", name), ("host", host), ("now", Now));

    public void PointMade(RecoveryPoint point, VaultId vault, JobId job) => AddPoint(point, vault, job.ToString());

    /// <summary>A point met in the vault, of a job that nothing is known about.</summary>
    /// <returns>False: it was known before.</returns>
    public bool PointFound(RecoveryPoint point, VaultId vault) => AddPoint(point, vault, "") > 0;

    private int AddPoint(RecoveryPoint point, VaultId vault, string job) => database.Execute(
        """
        insert into point (id, vault, job, vm_id, vm, taken, consistency, bytes_stored)
        values ($id, $vault, $job, $vm_id, $vm, $taken, $consistency, $stored) on conflict (id) do nothing
        """,
        ("id", point.Id.ToString()), ("vault", vault.ToString()), ("job", job), ("vm_id", point.Vm.ToString()), ("vm", point.VmName),
        ("taken", point.Taken.ToUnixTimeMilliseconds()), ("consistency", point.Consistency.ToText()), ("stored", point.BytesStored));
}
