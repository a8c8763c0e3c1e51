using Microsoft.Data.Sqlite;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Jobs, their sub tasks and warnings.</summary>
public sealed class JobTable(CatalogDatabase database)
{
    private const string Columns =
        "id, kind, state, vm_id, vm, host, vault, point, started, ended, bytes_done, bytes_stored, failure, lock_name, process_id";

    public void Add(JobRecord job) => database.Execute(
        $"insert into job ({Columns}) values ($id, $kind, $state, $vm_id, $vm, $host, $vault, $point, $started, null, 0, 0, null, $lock, $pid)",
        ("id", job.Id.ToString()), ("kind", job.Kind.ToText()), ("state", job.State.ToText()), ("vm_id", job.VmId?.ToString()), ("vm", job.Vm),
        ("host", job.Host), ("vault", job.Vault), ("point", job.Point), ("started", job.Started.ToUnixTimeMilliseconds()), ("lock", job.LockName),
        ("pid", job.ProcessId));

    /// <summary>Ends a job that is still running in the table; a job ends once.</summary>
    public void End(JobId job, JobState state, DateTimeOffset at, string? point, long bytesDone, long bytesStored, Failure? failure) =>
        database.Execute(
            """
            update job set state = $state, ended = $at, point = coalesce($point, point), bytes_done = $done, bytes_stored = $stored, failure = $failure
            where id = $id and state = 'running'
            """,
            ("id", job.ToString()), ("state", state.ToText()), ("at", at.ToUnixTimeMilliseconds()), ("point", point), ("done", bytesDone),
            ("stored", bytesStored), ("failure", FailureText.Write(failure)));

    public void SubTaskStarted(JobId job, SubTask subTask, DateTimeOffset at) => database.Execute(
        "insert into sub_task (job, name, started) values ($job, $name, $at) on conflict do nothing",
        ("job", job.ToString()), ("name", subTask.ToText()), ("at", at.ToUnixTimeMilliseconds()));

    public void SubTaskFinished(JobId job, SubTask subTask, DateTimeOffset at, Failure? failure) => database.Execute(
        "update sub_task set ended = $at, failure = $failure where job = $job and name = $name and ended is null",
        ("job", job.ToString()), ("name", subTask.ToText()), ("at", at.ToUnixTimeMilliseconds()), ("failure", FailureText.Write(failure)));

    public void AddWarning(JobId job, Failure warning) => database.Execute(
        "insert into warning (job, ordinal, failure) select $job, count(*), $failure from warning where job = $job",
        ("job", job.ToString()), ("failure", FailureText.Write(warning)));

    /// <summary>A warning that came up when the job had ended.</summary>
    public void WarnLate(JobId job, Failure warning) => database.InTransaction(() =>
    {
        AddWarning(job, warning);
        database.Execute("update job set state = 'completed-with-warnings' where id = $id and state = 'completed'", ("id", job.ToString()));
    });

    public void AddScripts(JobId job, IReadOnlyList<ScriptRun> scripts) => database.InTransaction(() =>
    {
        foreach (var script in scripts)
        {
            database.Execute(
                "insert into job_script (job, ordinal, phase, name, exit_code, tries, output) select $job, count(*), $phase, $name, $exit, $tries, $output from job_script where job = $job",
                ("job", job.ToString()), ("phase", script.Phase.ToText()), ("name", script.Name), ("exit", (long)script.ExitCode), ("tries", (long)script.Tries),
                ("output", script.Output));
        }
    });

    /// <summary>Newest first.</summary>
    /// <param name="vm">Name or UUID; null: all.</param>
    public IReadOnlyList<JobRecord> List(string? vm, int limit) => database.Query(
        $"select {Columns} from job where true{When(vm, "(vm = $vm or vm_id = $vm)")} order by started desc, id desc limit $limit",
        Read, ("vm", vm), ("limit", limit));

    public int Count() => database.Query("select count(*) from job", r => r.GetInt32(0)).Single();

    /// <summary>Newest first, by when their ids were made.</summary>
    public IReadOnlyList<JobRecord> List(JobFilter filter) => database.Query(
        // Only the conditions that there are: with "or it is null" no index would be used.
        $"""
        select {Columns} from job
        where true{When(filter.After, "id < $after")}{When(filter.Vm, "(vm = $vm or vm_id = $vm)")}{When(filter.Kind, "kind = $kind")}
          {When(filter.State, "state = $state")}{When(filter.Since, "started >= $since")}
        order by id desc limit $limit
        """,
        Read, ("after", filter.After), ("vm", filter.Vm), ("kind", filter.Kind?.ToText()), ("state", filter.State?.ToText()),
        ("since", filter.Since?.ToUnixTimeMilliseconds()), ("limit", filter.Limit));

    public bool Has(JobId job) => database.Query("select 1 from job where id = $id", r => r.GetInt64(0), ("id", job.ToString())).Count > 0;

    /// <summary>How many began since then (null: ever), by kind and state.</summary>
    public IReadOnlyList<(JobKind Kind, JobState State, long Count)> Count(DateTimeOffset? since) => database.Query(
        $"select kind, state, count(*) from job where true{When(since, "started >= $since")} group by kind, state order by kind, state",
        r => (FailureText.Parse<JobKind>(r.GetString(0)), FailureText.Parse<JobState>(r.GetString(1)), r.GetInt64(2)),
        ("since", since?.ToUnixTimeMilliseconds()));

    public IReadOnlyList<JobRecord> ListRunning() => database.Query($"select {Columns} from job where state = 'running'", Read);

    /// <summary>The newest of its kind in that vault; null: none ever ran.</summary>
    public JobRecord? Last(JobKind kind, string vault) => database.Query(
        $"select {Columns} from job where kind = $kind and vault = $vault order by started desc, id desc limit 1", Read, ("kind", kind.ToText()), ("vault", vault)).FirstOrDefault();

    public bool AnyBackupEndedSince(DateTimeOffset time) => database.Query(
        "select 1 from job where kind = 'backup' and ended >= $time limit 1", r => r.GetInt64(0), ("time", time.ToUnixTimeMilliseconds())).Count > 0;

    private static string When(object? value, string condition) => value is null ? "" : " and " + condition;

    /// <summary>The point exists from now on, whatever becomes of the job.</summary>
    public void PointCommitted(JobId job, PointId point) => database.Execute(
        "update job set point = $point where id = $id", ("id", job.ToString()), ("point", point.ToString()));

    /// <summary>The job that holds a lock, as far as the table knows it.</summary>
    public JobRecord? FindRunning(string lockName) => database.Query(
        $"select {Columns} from job where state = 'running' and lock_name = $lock order by started desc", Read, ("lock", lockName)).FirstOrDefault();

    /// <exception cref="FailureException">JobNotFound, JobAmbiguous.</exception>
    public JobDetails Find(string idOrPrefix)
    {
        var prefix = idOrPrefix.ToLowerInvariant();
        var found = database.Query(
            $"select {Columns} from job where substr(id, 1, $length) = $prefix limit 2", Read, ("prefix", prefix), ("length", prefix.Length));
        if (found.Count != 1 || prefix.Length == 0)
            throw new FailureException(found.Count == 0 || prefix.Length == 0 ? FailureCode.JobNotFound : FailureCode.JobAmbiguous, Stage.Input, ("job", idOrPrefix));
        var id = found[0].Id.ToString();
        return new(
            found[0],
            database.Query(
                "select name, started, ended, failure from sub_task where job = $job order by started",
                r => new SubTaskRecord(
                    FailureText.Parse<SubTask>(r.GetString(0)), Time(r, 1)!.Value, Time(r, 2), FailureText.Read(Text(r, 3))),
                ("job", id)),
            database.Query("select failure from warning where job = $job order by ordinal", r => FailureText.Read(r.GetString(0))!, ("job", id)))
        {
            Scripts = database.Query(
                "select phase, name, exit_code, tries, output from job_script where job = $job order by ordinal",
                r => new ScriptRun(FailureText.Parse<ScriptPhase>(r.GetString(0)), r.GetString(1), (int)r.GetInt64(2), (int)r.GetInt64(3), r.GetString(4)),
                ("job", id)),
        };
    }

    private static JobRecord Read(SqliteDataReader r)
    {
        Ulid.TryParse(r.GetString(0), out var id);
        return new(
            new(id), FailureText.Parse<JobKind>(r.GetString(1)), FailureText.Parse<JobState>(r.GetString(2)),
            Text(r, 3) is { } vm ? new VmId(Guid.Parse(vm)) : null, r.GetString(4), r.GetString(5), r.GetString(6), Text(r, 7),
            Time(r, 8)!.Value, Time(r, 9), r.GetInt64(10), r.GetInt64(11), FailureText.Read(Text(r, 12)), r.GetString(13), (int)r.GetInt64(14));
    }

    private static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader r, int column) =>
        r.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(column));
}
