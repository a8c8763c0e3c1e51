using Stillpoint.Control.Alerts;
using Stillpoint.Control.Protection;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Settings that hold for the whole data folder.</summary>
public sealed class SettingTable(CatalogDatabase database, ChangeSignal? changes = null)
{
    private const string SchedulerKey = "scheduler";
    private const string AlertKey = "alerts";

    /// <exception cref="FailureException">When set: UsageInvalid.</exception>
    public SchedulerSettings Scheduler
    {
        get => Read(SchedulerKey) is { } text ? StoredJson.Read<SchedulerSettings>(text) : new();
        set
        {
            if (value.Validate() is { } invalid) throw new FailureException(invalid);
            Write(SchedulerKey, StoredJson.Write(value));
            changes?.Tell();
        }
    }

    /// <exception cref="FailureException">When set: UsageInvalid.</exception>
    public AlertSettings Alerts
    {
        get => Read(AlertKey) is { } text ? StoredJson.Read<AlertSettings>(text) : new();
        set
        {
            if (value.Validate() is { } invalid) throw new FailureException(invalid);
            Write(AlertKey, StoredJson.Write(value));
        }
    }

    internal string? Read(string name) => database.Query("select value from setting where name = $name", r => r.GetString(0), ("name", name)).FirstOrDefault();

    internal void Write(string name, string value) => database.Execute(
        "insert into setting (name, value) values ($name, $value) on conflict (name) do update set value = excluded.value", ("name", name), ("value", value));
}
