using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>Forgetting and collecting.</summary>
internal static class Life
{
    public static async Task CollectAsync(IBlobStore store)
    {
        await using var vault = await Scene.OpenAsync(store);
        await VaultGc.RunAsync(vault, new(Now: true), default);
    }

    /// <summary>A collection when nothing has changed since the last: what a night costs that had nothing to do. And one forgotten point, brought back at once.</summary>
    public static async Task MeasureAsync(FolderStore store, Action<string, double> told)
    {
        await CollectAsync(store);
        var gc = await Cost.OfAsync(5, () => CollectAsync(store));
        told("gc, ms", gc.Wall);
        told("gc, CPU ms", gc.Cpu);
        told("gc, CPU us a unique page", gc.Cpu * 1000 / await PagesAsync(store));
        var forget = await Cost.OfAsync(9, () => ForgetAsync(store));
        told("forget, ms", forget.Wall);
        told("forget, CPU ms", forget.Cpu);
    }

    private static async Task ForgetAsync(FolderStore store)
    {
        await using var vault = await Scene.OpenAsync(store);
        var point = (await vault.ListPointsAsync(Scene.SeriesOf(0), default))[0];
        await VaultForget.ForgetAsync(vault, [point], default);
        await VaultForget.UnforgetAsync(vault, point, default);
    }

    /// <summary>Pages hold ids, which do not compress: 8 KiB each. A collection reads every one that is needed, and no block of data.</summary>
    private static async Task<double> PagesAsync(FolderStore store)
    {
        await using var vault = await Scene.OpenAsync(store);
        return (await VaultStats.ReadAsync(vault, default)).PageBytes / 8192.0;
    }
}
