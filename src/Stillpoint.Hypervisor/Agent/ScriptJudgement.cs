using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>What the scripts make of a point that was frozen or not.</summary>
internal static class ScriptJudgement
{
    /// <param name="lower">Why the point cannot be application consistent; null: all scripts before the freeze succeeded.</param>
    public static FrozenResult<T> Of<T>(FrozenResult<T> result, FreezeRequest request, GuestScripts scripts, Failure? lower)
    {
        // An expected lack is no warning: most guests have no scripts, and where programs may not be run nobody put any there.
        Failure[] warnings = lower is { Code: FailureCode.GuestScriptFailed or FailureCode.GuestScriptRefused or FailureCode.AgentNotResponding }
            ? [lower, .. scripts.Warnings] : [.. scripts.Warnings];
        result = result with { Scripts = [.. scripts.Runs], Warnings = warnings };
        if (result.Reached < Consistency.FileSystem) return result;
        if (lower is null) return result with { Reached = Consistency.Application };
        return request.Wanted is Consistency.Application ? result with { Reason = lower, Warnings = [.. scripts.Warnings] } : result;
    }
}
