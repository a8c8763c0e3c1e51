namespace Stillpoint.Model;

public enum ScriptPhase
{
    PreFreeze,
    PostFreeze,
}

/// <summary>A script of the guest that was run for a job.</summary>
/// <param name="ExitCode">Of its last try.</param>
/// <param name="Output">The first 4 KiB of what its last try printed, without control characters.</param>
public sealed record ScriptRun(ScriptPhase Phase, string Name, int ExitCode, int Tries, string Output)
{
    /// <summary>What <c>timeout</c> ends with, when the script had to be ended; 137 where it had to be killed.</summary>
    public bool TimedOut => ExitCode is 124 or 137;

    public Failure ToFailure(string vm)
    {
        var exit = ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var folder = Phase is ScriptPhase.PreFreeze ? "pre-freeze.d" : "post-freeze.d";
        return Failure.Of(
                FailureCode.GuestScriptFailed, Phase is ScriptPhase.PreFreeze ? Stage.Preflight : Stage.Thaw,
                ("vm", vm), ("script", $"/etc/stillpoint/{folder}/{Name}"), ("exit", TimedOut ? exit + ", timeout" : exit))
            .With(new(Name, Output)).CanRetry();
    }
}
