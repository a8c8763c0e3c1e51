using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Control.Scheduling;

/// <summary>What holds for all VMs: how many backups at once, and when the vault is looked after.</summary>
public sealed record SchedulerSettings
{
    public const int MostAtOnce = 1000;

    /// <summary>Backups at once on one host, 1 to 1000; the same for what their disks lie on, and for the vault.</summary>
    public int PerHost { get; init; } = 2;

    public int PerStorage { get; init; } = 4;

    public int PerVault { get; init; } = 8;

    /// <summary>Null: garbage is not collected by itself.</summary>
    public Schedule? Gc { get; init; } = ScheduleText.Parse("weekly sun 08:00-20:00", TimeZoneInfo.Local.Id);

    /// <summary>Null: nothing is verified by itself.</summary>
    public Schedule? Verify { get; init; } = ScheduleText.Parse("daily 08:00-20:00", TimeZoneInfo.Local.Id);

    /// <summary>The longest one verification goes on, 1 to 1440 min; what is proven longest ago comes first, so all comes in its turn.</summary>
    public int VerifyMinutes { get; init; } = 60;

    internal PlanLimits Limits => new(PerHost, PerStorage, PerVault);

    /// <summary>Null, or what is out of range.</summary>
    public Failure? Validate()
    {
        foreach (var (key, value) in new[] { ("per-host", PerHost), ("per-storage", PerStorage), ("per-vault", PerVault) })
        {
            if (value is < 1 or > MostAtOnce) return Invalid(key, value, $"1-{MostAtOnce}");
        }
        return VerifyMinutes is < 1 or > 1440 ? Invalid("verify-minutes", VerifyMinutes, "1-1440") : null;
    }

    private static Failure Invalid(string key, int value, string expected) =>
        Failure.Of(FailureCode.UsageInvalid, Stage.Input, ("option", key), ("value", $"{value}"), ("expected", expected));
}
