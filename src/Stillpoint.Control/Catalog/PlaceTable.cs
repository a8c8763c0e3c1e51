using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Catalog;

public sealed record HostRecord(string Uri, DateTimeOffset LastUsed);

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
        "select uri, last_used from host order by last_used desc",
        r => new HostRecord(r.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(1))));

    public void HostUsed(string uri) => database.Execute(
        "insert into host (uri, last_used) values ($uri, $now) on conflict (uri) do update set last_used = excluded.last_used",
        ("uri", uri), ("now", Now));

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

    public void VmUsed(VmId id, string name, string host) => database.Execute(
        """
        insert into vm (id, name, host, last_used) values ($id, $name, $host, $now)
        on conflict (id) do update set name = excluded.name, host = excluded.host, last_used = excluded.last_used
        """,
        ("id", id.ToString()), ("name", name), ("host", host), ("now", Now));

    public void PointMade(RecoveryPoint point, VaultId vault, JobId job) => database.Execute(
        """
        insert into point (id, vault, job, vm_id, vm, taken, consistency, bytes_stored)
        values ($id, $vault, $job, $vm_id, $vm, $taken, $consistency, $stored) on conflict (id) do nothing
        """,
        ("id", point.Id.ToString()), ("vault", vault.ToString()), ("job", job.ToString()), ("vm_id", point.Vm.ToString()), ("vm", point.VmName),
        ("taken", point.Taken.ToUnixTimeMilliseconds()), ("consistency", point.Consistency.ToText()), ("stored", point.BytesStored));
}
