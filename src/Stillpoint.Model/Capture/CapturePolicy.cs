namespace Stillpoint.Model;

/// <summary>What a freeze needs before it may start.</summary>
public enum GuardRule
{
    /// <summary>No freeze unless the guard in the guest is confirmed (default).</summary>
    Require,

    /// <summary>Where the agent forbids guest-exec, freeze with the warden on the host alone.</summary>
    WardenAlone,
}

/// <summary>Whether a checkpoint of ours stays on the VM between backups.</summary>
public enum Tracking
{
    /// <summary>Persistent, except on VMs with internal snapshots: a checkpoint makes reverting those fail and leaves the VM off.</summary>
    Auto,
    Persistent,
    None,
}

/// <summary>How a VM's points are taken. Immutable; ranges are checked by <see cref="Validate"/>.</summary>
public sealed record CapturePolicy
{
    public static readonly TimeSpan ShortestFreezeLimit = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestFreezeLimit = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan LongestPatience = TimeSpan.FromHours(24);

    public static CapturePolicy Default { get; } = new();

    public Consistency Wanted { get; init; } = Consistency.FileSystem;

    /// <summary>True: take a lower consistency and say so. False (strict): fail.</summary>
    public bool StepDown { get; init; } = true;

    /// <summary>The longest the guest may stay frozen, 2 to 60 s. Guard and warden both thaw at it.</summary>
    public TimeSpan FreezeLimit { get; init; } = TimeSpan.FromSeconds(10);

    public GuardRule Guard { get; init; } = GuardRule.Require;

    /// <summary>How long a backup waits for a guest whose processors or memory are at their end, before it steps down (or fails): 0 to 24 h.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    public ScriptPolicy Scripts { get; init; } = ScriptPolicy.Default;

    public Tracking Tracking { get; init; } = Tracking.Auto;

    /// <summary>A full read at least this often, whatever the bitmaps say.</summary>
    public TimeSpan FullReadEvery { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Share of clean blocks that an incremental reads again, 0 to 1. Blocks rotate from point to point.</summary>
    public double SampleShare { get; init; } = 0.01;

    /// <summary>The sampled re-read stops here, whatever share it has reached.</summary>
    public TimeSpan SampleLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Null, or what is out of range.</summary>
    public Failure? Validate()
    {
        if (FreezeLimit < ShortestFreezeLimit || FreezeLimit > LongestFreezeLimit)
            return Invalid("freeze-limit", FreezeLimit.TotalSeconds, "2-60 s");
        if (SampleShare is < 0 or > 1 || double.IsNaN(SampleShare)) return Invalid("sample-share", SampleShare, "0-1");
        if (Patience < TimeSpan.Zero || Patience > LongestPatience) return Invalid("patience", Patience.TotalMinutes, "0-1440 min");
        if (Scripts.Limit < ScriptPolicy.ShortestLimit || Scripts.Limit > ScriptPolicy.LongestLimit)
            return Invalid("script-limit", Scripts.Limit.TotalSeconds, "1-3600 s");
        if (Scripts.Retries is < 0 or > ScriptPolicy.MostRetries) return Invalid("script-retries", Scripts.Retries, "0-10");
        return null;
    }

    private static Failure Invalid(string option, double value, string range) => Failure.Of(
        FailureCode.UsageInvalid, Stage.Input, ("option", option),
        ("value", value.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("expected", range));
}
