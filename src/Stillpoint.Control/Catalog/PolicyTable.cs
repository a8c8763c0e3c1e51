using Stillpoint.Control.Protection;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <param name="Version">1 and up; every change makes a new one.</param>
public sealed record StoredPolicy(Policy Policy, long Version, DateTimeOffset Changed);

/// <summary>Policies by name. Two who change one at the same time are told so, by its version.</summary>
public sealed class PolicyTable(CatalogDatabase database, TimeProvider clock, ChangeSignal? changes = null)
{
    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>By name.</summary>
    public IReadOnlyList<StoredPolicy> List() => Query("", []);

    /// <exception cref="FailureException">PolicyNotFound.</exception>
    public StoredPolicy Find(string name) =>
        Query("where name = $name", [("name", name)]).FirstOrDefault() ?? throw new FailureException(FailureCode.PolicyNotFound, Stage.Input, ("policy", name));

    /// <exception cref="FailureException">PolicyExists, UsageInvalid.</exception>
    public StoredPolicy Add(Policy policy)
    {
        Check(policy);
        var added = database.Execute(
            "insert into policy (name, version, body, changed) values ($name, 1, $body, $now) on conflict do nothing",
            ("name", policy.Name), ("body", PolicyText.Write(policy)), ("now", Now));
        return added == 1 ? Find(policy.Name) : throw new FailureException(FailureCode.PolicyExists, Stage.Input, ("policy", policy.Name));
    }

    /// <param name="version">The one the change was made from.</param>
    /// <exception cref="FailureException">PolicyNotFound; PolicyChanged: somebody else was first; UsageInvalid.</exception>
    public StoredPolicy Change(Policy policy, long version)
    {
        Check(policy);
        var changed = database.Execute(
            "update policy set version = version + 1, body = $body, changed = $now where name = $name and version = $version",
            ("name", policy.Name), ("body", PolicyText.Write(policy)), ("now", Now), ("version", version));
        var stored = Find(policy.Name);
        if (changed == 1) changes?.Tell();
        return changed == 1 ? stored : throw new FailureException(
            FailureCode.PolicyChanged, Stage.Input, ("policy", policy.Name), ("version", $"{version}"), ("now", $"{stored.Version}"));
    }

    /// <exception cref="FailureException">PolicyNotFound; PolicyInUse: VMs or rules are under it.</exception>
    public void Remove(string name) => database.InTransaction(() =>
    {
        Find(name);
        var users = database.Query(
            "select name from protected_vm where policy = $name union all select name from protect_rule where policy = $name order by 1",
            r => r.GetString(0), ("name", name));
        if (users.Count > 0)
            throw new FailureException(FailureCode.PolicyInUse, Stage.Input, ("policy", name), ("count", $"{users.Count}"), ("names", string.Join(", ", users.Take(5))));
        database.Execute("delete from policy where name = $name", ("name", name));
    });

    private static void Check(Policy policy)
    {
        if (policy.Validate() is { } invalid) throw new FailureException(invalid);
    }

    private IReadOnlyList<StoredPolicy> Query(string where, (string, object?)[] values) => database.Query(
        $"select body, version, changed from policy {where} order by name",
        r => new StoredPolicy(PolicyText.Read(r.GetString(0)), r.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2))), values);
}
