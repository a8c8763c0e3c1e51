using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Facts of jobs that failed or did less than asked, in the order they were seen.</summary>
public sealed class JobFactTable(CatalogDatabase database)
{
    public void Add(JobId job, IReadOnlyList<Fact> facts) => database.InTransaction(() =>
    {
        for (var i = 0; i < facts.Count; i++)
        {
            var fact = facts[i];
            database.Execute(
                "insert into job_fact (job, ordinal, name, value, source, time) values ($job, $ordinal, $name, $value, $source, $time) on conflict do nothing",
                ("job", job.ToString()), ("ordinal", (long)i), ("name", fact.Name), ("value", fact.Value), ("source", fact.Source),
                ("time", fact.Time == default ? null : fact.Time.ToUnixTimeMilliseconds()));
        }
    });

    public IReadOnlyList<Fact> Of(JobId job) => database.Query(
        "select name, value, source, time from job_fact where job = $job order by ordinal",
        r => new Fact(r.GetString(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? default : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3))),
        ("job", job.ToString()));
}
