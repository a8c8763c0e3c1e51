using Stillpoint.Model;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>Carries out a plan. After each fault the vault is opened anew and compared with the model.</summary>
internal static class CrashRun
{
    private static readonly Lazy<Task<UnsureDisk>> Fresh = new(CrashWorld.NewDiskAsync);

    /// <param name="tally">Counts each fault that came, by operation.</param>
    /// <returns>What happened, a line a step, without anything random in it.</returns>
    /// <exception cref="CrashFailure">A promise was not kept.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(CrashPlan plan, CrashTally? tally = null)
    {
        var trace = new List<string>();
        await using var world = new CrashWorld((await Fresh.Value).Clone(plan.NoLinks));
        foreach (var step in plan.Steps)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            world.Disk.Now += TimeSpan.FromSeconds(1);
            var boot = world.Disk.Boot;
            var process = new UnsureProcess(world.Disk, step.Fault);
            var running = Task.Run(() => TryAsync(world, step, process));
            var meanwhile = "";
            if (step.Meanwhile is { } other && await Task.WhenAny(running, process.Stalled) == process.Stalled)
            {
                if (step.Fault!.Kind == FaultKind.LongStall) world.Disk.Now += TimeSpan.FromHours(1);
                world.WakeStalled = process.Wake;
                meanwhile = $", meanwhile {other.Operation} {await TryAsync(world, other, new(world.Disk, null))}";
                process.Wake();
                world.WakeStalled = null;
            }
            var outcome = await running;
            var cut = world.Disk.Boot != boot;
            if (cut) world.Model.PowerWasCut();
            trace.Add($"{step.Operation} {(process.Struck ? $"{step.Fault}" : "")} {outcome}{meanwhile} [{string.Join(" ", process.Counts.Where(c => c.Key < DiskCall.MakeFolder).OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}"))}]");
            if (!process.Struck) continue;
            tally?.Add(step.Operation, step.Fault!, step.Meanwhile?.Operation);
            // A machine that starts again, or a person who looks, takes longer than a lease of the dead, and sets the clock.
            world.Disk.Now = world.Disk.Latest + TimeSpan.FromMinutes(20);
            await world.CheckAsync(cut);
        }
        await EndAsync(world, plan.Seed);
        return trace;
    }

    /// <summary>Full or not, a collection works; with room again, one leaves nothing behind; and all of it is still so after the power failed.</summary>
    private static async Task EndAsync(CrashWorld world, int seed)
    {
        world.Disk.Now = world.Disk.Latest + TimeSpan.FromDays(30);
        var hadReserve = world.Disk.Names.Count(n => n.StartsWith("/vault/reserve/", StringComparison.Ordinal)) == 8;
        var collect = new Step(Operation.CollectNow, 0, false, null, null);
        if (hadReserve) await CrashOperations.RunAsync(world, collect, new(world.Disk, null));
        await world.CheckAsync(powerWasCut: false);
        world.Disk.Capacity = long.MaxValue;
        await CrashOperations.RunAsync(world, collect, new(world.Disk, null));
        await CrashOperations.RunAsync(world, collect with { Operation = Operation.Verify }, new(world.Disk, null));
        await Leftovers.MustBeNoneAsync(world);
        await world.CheckAsync(powerWasCut: false);
        world.Disk.CutPower(new Random(seed));
        world.Model.PowerWasCut();
        await world.CheckAsync(powerWasCut: true);
    }

    /// <returns>How it ended. Failures that nothing explains are thrown on.</returns>
    private static async Task<string> TryAsync(CrashWorld world, Step step, UnsureProcess process)
    {
        try
        {
            await CrashOperations.RunAsync(world, step, process);
            return "done";
        }
        catch (DeathException)
        {
            return "died";
        }
        catch (FailureException e) when (IsExplained(e.Failure.Code, world, step, process))
        {
            return e.Failure.Code.ToString();
        }
        catch (FailureException e)
        {
            throw new CrashFailure($"{step.Operation} failed without cause: {e.Failure.Code} {string.Join(", ", e.Failure.Arguments.Select(a => $"{a.Key}={a.Value}"))} {string.Join(", ", e.Failure.Evidence.Select(v => v.Text))}");
        }
    }

    private static bool IsExplained(FailureCode code, CrashWorld world, Step step, UnsureProcess process) => code switch
    {
        FailureCode.VaultFull => world.Disk.Capacity != long.MaxValue,
        // The base was forgotten while this one stalled.
        FailureCode.PointForgotten or FailureCode.PointNotFound => process.Struck && step.Fault!.Kind is FaultKind.LongStall or FaultKind.Stall,
        FailureCode.VaultIoFailed => process.Struck && step.Fault!.Kind == FaultKind.Fail,
        // By those that stall, or died a while ago by a clock that jumped back since.
        FailureCode.VaultBusy => true,
        FailureCode.VaultLeaseLost or FailureCode.PackCondemned => process.Struck && step.Fault!.Kind is FaultKind.LongStall or FaultKind.Stall,
        _ => false,
    };
}
