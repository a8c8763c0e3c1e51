namespace Stillpoint.Model;

/// <summary>What becomes of a backup whose scripts in the guest do not succeed.</summary>
public enum ScriptRule
{
    /// <summary>Take the point all the same: file-system consistent, with a warning (default).</summary>
    Continue,

    /// <summary>Fail the job; the scripts after the freeze run before it ends.</summary>
    Fail,

    /// <summary>Do not run them.</summary>
    Skip,
}

/// <summary>How the guest's own scripts before the freeze and after the thaw are run.</summary>
public sealed record ScriptPolicy
{
    public const int MostRetries = 10;
    public static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestLimit = TimeSpan.FromHours(1);

    public static ScriptPolicy Default { get; } = new();

    public ScriptRule Rule { get; init; } = ScriptRule.Continue;

    /// <summary>For each try of each script, 1 s to 1 h, in whole seconds.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a script that failed is tried again, 0 to 10.</summary>
    public int Retries { get; init; }
}
