using Microsoft.Data.Sqlite;
using Stillpoint.Control.Protection;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <param name="Storage">What its disks lie on; VMs with the same text share it.</param>
/// <param name="Rule">The rule that protects it; null: it is protected by hand.</param>
/// <param name="Since">Windows that opened before are nobody's.</param>
/// <param name="Orphaned">Since when its host no longer knows it; its points stay. Null: it does.</param>
public sealed record ProtectedVm(
    VmId Id, string Name, string Host, string Storage, string Policy, string? Rule, DateTimeOffset Since, DateTimeOffset? Orphaned);

/// <summary>Which VM is under which policy, and the rules that say so.</summary>
public sealed class ProtectionTable(CatalogDatabase database, TimeProvider clock, ChangeSignal? changes = null)
{
    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>By name.</summary>
    public IReadOnlyList<ProtectedVm> List() => Query("");

    public ProtectedVm? Find(VmId vm) => Query("where vm_id = $id", ("id", vm.ToString())).FirstOrDefault();

    /// <param name="vm">Name or UUID.</param>
    /// <exception cref="FailureException">VmNotProtected, VmNameAmbiguous.</exception>
    public ProtectedVm Find(string vm)
    {
        var found = Query("where name = $vm or vm_id = $vm", ("vm", vm));
        if (found.Count > 1) throw new FailureException(FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
        return found.Count == 1 ? found[0] : throw new FailureException(FailureCode.VmNotProtected, Stage.Input, ("vm", vm));
    }

    /// <summary>Puts a VM under a policy, or another one; since when it is protected stays.</summary>
    /// <param name="rule">Null: by hand, which no rule changes afterwards.</param>
    /// <exception cref="FailureException">PolicyNotFound.</exception>
    public void Protect(VmId vm, string name, string host, string storage, string policy, string? rule)
    {
        database.InTransaction(() => Put(vm, name, host, storage, policy, rule));
        changes?.Tell();
    }

    /// <summary>By hand: no rule takes it again. Its points stay.</summary>
    public void Unprotect(VmId vm) => database.InTransaction(() =>
    {
        Release(vm);
        database.Execute("insert into rule_exception (vm_id) values ($id) on conflict do nothing", ("id", vm.ToString()));
    });

    /// <summary>No rule fits any more.</summary>
    internal void Release(VmId vm) => database.Execute("delete from protected_vm where vm_id = $id", ("id", vm.ToString()));

    internal void Seen(VmId vm, string name, string host) => database.Execute(
        "update protected_vm set name = $name, host = $host, orphaned = null where vm_id = $id and (name <> $name or host <> $host or orphaned is not null)",
        ("id", vm.ToString()), ("name", name), ("host", host));

    internal void Orphan(VmId vm) => database.Execute(
        "update protected_vm set orphaned = $now where vm_id = $id and orphaned is null", ("id", vm.ToString()), ("now", Now));

    internal IReadOnlySet<string> Exceptions => database.Query("select vm_id from rule_exception", r => r.GetString(0)).ToHashSet(StringComparer.Ordinal);

    /// <summary>By name, which is the order they are tried in.</summary>
    public IReadOnlyList<ProtectRule> Rules => database.Query(
        "select name, policy, pattern, metadata, host from protect_rule order by name",
        r => new ProtectRule(r.GetString(0), r.GetString(1), Text(r, 2), Text(r, 3), Text(r, 4)));

    /// <exception cref="FailureException">RuleExists, PolicyNotFound, UsageInvalid.</exception>
    public void AddRule(ProtectRule rule)
    {
        if (rule.Validate() is { } invalid) throw new FailureException(invalid);
        database.InTransaction(() =>
        {
            MustExist(rule.Policy);
            var added = database.Execute(
                "insert into protect_rule (name, policy, pattern, metadata, host) values ($name, $policy, $pattern, $metadata, $host) on conflict do nothing",
                ("name", rule.Name), ("policy", rule.Policy), ("pattern", rule.Pattern), ("metadata", rule.Metadata), ("host", rule.Host));
            if (added == 0) throw new FailureException(FailureCode.RuleExists, Stage.Input, ("rule", rule.Name));
        });
        changes?.Tell();
    }

    /// <summary>In place of the one of its name, or a new one. VMs under it meet it anew at the next look.</summary>
    /// <exception cref="FailureException">PolicyNotFound, UsageInvalid.</exception>
    public void PutRule(ProtectRule rule)
    {
        if (rule.Validate() is { } invalid) throw new FailureException(invalid);
        database.InTransaction(() =>
        {
            MustExist(rule.Policy);
            database.Execute(
                """
                insert into protect_rule (name, policy, pattern, metadata, host) values ($name, $policy, $pattern, $metadata, $host)
                on conflict (name) do update set policy = excluded.policy, pattern = excluded.pattern, metadata = excluded.metadata, host = excluded.host
                """,
                ("name", rule.Name), ("policy", rule.Policy), ("pattern", rule.Pattern), ("metadata", rule.Metadata), ("host", rule.Host));
        });
        changes?.Tell();
    }

    /// <summary>The VMs it protected are so no longer, unless another rule takes them at the next look; their points stay.</summary>
    /// <returns>How many VMs.</returns>
    /// <exception cref="FailureException">RuleNotFound.</exception>
    public int RemoveRule(string name)
    {
        var released = 0;
        database.InTransaction(() =>
        {
            if (database.Execute("delete from protect_rule where name = $name", ("name", name)) == 0)
                throw new FailureException(FailureCode.RuleNotFound, Stage.Input, ("rule", name));
            released = database.Execute("delete from protected_vm where rule = $name", ("name", name));
        });
        return released;
    }

    private void Put(VmId vm, string name, string host, string storage, string policy, string? rule)
    {
        MustExist(policy);
        database.Execute(
            """
            insert into protected_vm (vm_id, name, host, storage, policy, rule, since, orphaned) values ($id, $name, $host, $storage, $policy, $rule, $now, null)
            on conflict (vm_id) do update set name = excluded.name, host = excluded.host, storage = excluded.storage, policy = excluded.policy,
              rule = excluded.rule, orphaned = null
            """,
            ("id", vm.ToString()), ("name", name), ("host", host), ("storage", storage), ("policy", policy), ("rule", rule), ("now", Now));
        if (rule is null) database.Execute("delete from rule_exception where vm_id = $id", ("id", vm.ToString()));
    }

    private void MustExist(string policy)
    {
        if (database.Query("select 1 from policy where name = $name", r => r.GetInt64(0), ("name", policy)).Count == 0)
            throw new FailureException(FailureCode.PolicyNotFound, Stage.Input, ("policy", policy));
    }

    private IReadOnlyList<ProtectedVm> Query(string where, params ReadOnlySpan<(string, object?)> values) => database.Query(
        $"select vm_id, name, host, storage, policy, rule, since, orphaned from protected_vm {where} order by name, vm_id",
        r => new ProtectedVm(
            new(Guid.Parse(r.GetString(0))), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), Text(r, 5),
            DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(6)), r.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(7))),
        values);

    private static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
