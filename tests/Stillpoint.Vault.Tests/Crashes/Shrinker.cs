namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>Makes a failing plan smaller while it still fails: fewer operations, fewer faults, simpler ones.</summary>
internal static class Shrinker
{
    public static async Task<(CrashPlan Plan, string Failure)> ShrinkAsync(CrashPlan plan, string failure)
    {
        for (var smaller = true; smaller;)
        {
            smaller = false;
            foreach (var candidate in Smaller(plan))
            {
                if (await FailureOfAsync(candidate) is not { } still) continue;
                (plan, failure, smaller) = (candidate, still, true);
                break;
            }
        }
        return (plan, failure);
    }

    public static async Task<string?> FailureOfAsync(CrashPlan plan, CrashTally? tally = null)
    {
        try
        {
            await CrashRun.RunAsync(plan, tally);
            return null;
        }
        catch (Exception e)
        {
            return e is CrashFailure ? e.Message : e.ToString();
        }
    }

    private static IEnumerable<CrashPlan> Smaller(CrashPlan plan)
    {
        for (var i = 0; i < plan.Steps.Count; i++) yield return plan with { Steps = [.. plan.Steps.Where((_, n) => n != i)] };
        if (plan.NoLinks) yield return plan with { NoLinks = false };
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            if (step.Fault is not null) yield return With(plan, i, step with { Fault = null, Meanwhile = null });
            if (step.Daemon) yield return With(plan, i, step with { Daemon = false });
            if (step.Operation == Operation.Increment) yield return With(plan, i, step with { Operation = Operation.Backup });
        }
    }

    private static CrashPlan With(CrashPlan plan, int at, Step step) => plan with { Steps = [.. plan.Steps.Select((s, n) => n == at ? step : s)] };
}
