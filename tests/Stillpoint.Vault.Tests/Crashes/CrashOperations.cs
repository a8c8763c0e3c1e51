using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>The operations of a vault as one process does them, and what they mean for the model.</summary>
internal static class CrashOperations
{
    private static readonly SeriesId[] Series = [TestVault.Series, new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000002"))];

    public static Task RunAsync(CrashWorld world, Step step, UnsureProcess process) => step.Operation switch
    {
        Operation.Backup => WithVaultAsync(world, step, process, v => BackupAsync(world, v, step.Seed, increment: false)),
        Operation.Increment => WithVaultAsync(world, step, process, v => BackupAsync(world, v, step.Seed, increment: true)),
        Operation.Restore => WithVaultAsync(world, step, process, v => RestoreAsync(world, v, step.Seed)),
        Operation.Verify => WithVaultAsync(world, step, process, VerifyAsync),
        Operation.Rebuild => WithVaultAsync(world, step, process, v => IndexRebuild.RunAsync(v, null, default)),
        Operation.ChangeKey => ChangeKeyAsync(world, step.Seed, CrashWorld.StoreOf(process)),
        Operation.Forget => WithVaultAsync(world, step, process, v => LifeOperations.ForgetAsync(world, v, step.Seed)),
        Operation.Unforget => WithVaultAsync(world, step, process, v => LifeOperations.UnforgetAsync(world, v, step.Seed)),
        Operation.Collect => WithVaultAsync(world, step, process, v => LifeOperations.CollectAsync(world, v, now: false)),
        Operation.CollectNow => WithVaultAsync(world, step, process, v => LifeOperations.CollectAsync(world, v, now: true)),
        Operation.Clock => JumpAsync(world, step.Seed),
        _ => throw new InvalidOperationException($"{step.Operation}"),
    };

    private static async Task WithVaultAsync(CrashWorld world, Step step, UnsureProcess process, Func<OpenVault, Task> work)
    {
        if (step is { Daemon: true, Fault: null })
        {
            await work(await world.DaemonAsync());
            return;
        }
        await using var vault = await world.OpenAsync(process);
        await work(vault);
    }

    private static async Task BackupAsync(CrashWorld world, OpenVault vault, int seed, bool increment)
    {
        var random = new Random(seed);
        var listed = await vault.ListPointsAsync(null, default);
        var @base = increment && listed.Count > 0 ? listed[random.Next(listed.Count)] : null;
        var before = @base is null ? null : world.Model.Points.Single(p => p.Id == @base.Id).Content;
        var content = before is null ? new byte[random.Next(1, 7) * CrashWorld.BlockSize - random.Next(2) * 100] : (byte[])before.Clone();
        var blocks = (content.Length + CrashWorld.BlockSize - 1) / CrashWorld.BlockSize;
        var changed = before is null ? [.. Enumerable.Range(0, blocks)] : Enumerable.Range(0, blocks).Where(_ => random.Next(3) == 0).ToList();
        foreach (var block in changed) Fill(random, world, content.AsSpan(block * CrashWorld.BlockSize, Math.Min(CrashWorld.BlockSize, content.Length - block * CrashWorld.BlockSize)));
        var series = @base?.Series ?? Series[random.Next(Series.Length)];
        var writer = await vault.BeginPointAsync(PointId.New(world.Clock), series, "vm", @base, default);
        await using (writer)
        {
            var tree = writer.BeginTree("vda", content.Length, @base?.FindTree("vda"));
            foreach (var block in changed.Select(b => (long)b).Union(tree.BlocksToHeal)) tree.Put(block, TestVault.Block(content, block, CrashWorld.BlockSize));
            var point = world.Model.Begin(writer.Point, series, content);
            await writer.CommitAsync(1, default, default);
            point.Presence = Presence.Sure;
        }
    }

    private static void Fill(Random random, CrashWorld world, Span<byte> block)
    {
        switch (random.Next(5))
        {
            case 0:
                block.Clear();
                break;
            case 1:
                block[random.Next(block.Length)] ^= 1; // a delta
                break;
            case 2 when world.Model.Points.Count > 0: // known elsewhere
                var other = world.Model.Points[random.Next(world.Model.Points.Count)].Content;
                block.Clear();
                other.AsSpan(0, Math.Min(other.Length, block.Length)).CopyTo(block);
                break;
            case 3:
                random.NextBytes(block);
                break;
            default:
                block.Fill((byte)random.Next(256));
                break;
        }
    }

    private static async Task RestoreAsync(CrashWorld world, OpenVault vault, int seed)
    {
        var sure = world.Model.Points.Where(p => p is { Presence: Presence.Sure, Hiding: Hiding.No }).ToList();
        if (sure.Count == 0) return;
        var point = sure[new Random(seed).Next(sure.Count)];
        try
        {
            await CrashWorld.CompareAsync(vault, await vault.FindPointAsync(point.Id.ToString(), default), point.Content);
        }
        catch (FailureException e) when (point.Hiding != Hiding.No && e.Failure.Code is FailureCode.PointForgotten or FailureCode.PointNotFound)
        {
            // forgotten while this one stalled
        }
    }

    private static async Task VerifyAsync(OpenVault vault)
    {
        var report = await VaultVerify.FullAsync(vault, null, default);
        if (!report.IsWhole) throw new CrashFailure($"verify found {string.Join("; ", report.Damage.Select(d => d.Arguments["object"]))} and {report.Points.Count} points hit");
    }

    private static async Task ChangeKeyAsync(CrashWorld world, int seed, IBlobStore store)
    {
        var model = world.Model;
        var now = model.FirstPassphraseIsSure ? model.Passphrases[0] : await world.PassphraseAsync();
        var next = $"p{seed}";
        List<string> begun = [now, .. model.Passphrases.Where(p => p != now), next];
        (model.Passphrases, model.FirstPassphraseIsSure) = (begun, false);
        await VaultKeys.ChangePassphraseAsync(store, new(now), next, world.Clock, default);
        model.Gone.Add(now);
        if (model.Passphrases != begun) return; // another one changed it while this one stalled
        (model.Passphrases, model.FirstPassphraseIsSure) = ([next, .. begun.Where(p => p != now && p != next)], true);
    }

    private static Task JumpAsync(CrashWorld world, int seed)
    {
        var random = new Random(seed);
        world.Disk.Now += TimeSpan.FromMinutes(random.Next(-3000, 6000));
        return Task.CompletedTask;
    }
}
