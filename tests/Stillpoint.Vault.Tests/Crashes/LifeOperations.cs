using Stillpoint.Model;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>Forgetting and collecting.</summary>
internal static class LifeOperations
{
    public static async Task ForgetAsync(CrashWorld world, OpenVault vault, int seed)
    {
        var listed = await vault.ListPointsAsync(null, default);
        if (listed.Count == 0) return;
        var info = listed[new Random(seed).Next(listed.Count)];
        var point = world.Model.Points.Single(p => p.Id == info.Id);
        if (point.Hiding == Hiding.No) point.Forgotten = world.Disk.Now;
        var turn = point.Begin();
        await VaultForget.ForgetAsync(vault, [info], default);
        point.End(turn, Hiding.Yes);
    }

    public static async Task UnforgetAsync(CrashWorld world, OpenVault vault, int seed)
    {
        var hidden = await vault.ListForgottenAsync(default);
        if (hidden.Count == 0) return;
        var info = hidden[new Random(seed).Next(hidden.Count)].Point;
        if (world.Model.Points.Find(p => p.Id == info.Id) is not { } point) return;
        var before = point.Hiding;
        var turn = point.Begin();
        try
        {
            await VaultForget.UnforgetAsync(vault, info, default);
            if (point.End(turn, Hiding.No)) point.MayBeTaken = false;
        }
        catch (FailureException e) when (point.MayBeTaken && e.Failure.Code == FailureCode.PointNotFound)
        {
            point.End(turn, before);
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VaultBusy)
        {
            point.End(turn, before);
            throw;
        }
    }

    public static Task CollectAsync(CrashWorld world, OpenVault vault, bool now)
    {
        world.Model.CollectionBegins(world.Disk.Now, now);
        return VaultGc.RunAsync(vault, new GcOptions(now)
        {
            PollEvery = TimeSpan.FromMilliseconds(1),
            OnStep = step =>
            {
                // While it stood still others may have forgotten more.
                world.Model.CollectionBegins(world.Disk.Now, now);
                if (step == GcStep.Waiting) world.WakeStalled?.Invoke();
                return Task.CompletedTask;
            },
        }, default);
    }
}
