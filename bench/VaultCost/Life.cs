using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>Forgetting and collecting.</summary>
internal static class Life
{
    public static async Task CollectAsync(FolderStore store)
    {
        await using var vault = await Scene.OpenAsync(store);
        await IndexRebuild.RunAsync(vault, null, default);
    }

    public static Task MeasureAsync(FolderStore store, Action<string, double> told) => Task.CompletedTask;
}
