using System.Diagnostics;
using System.Globalization;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>One operation in a process of its own, for its private memory at its highest.</summary>
internal static class Child
{
    public static async Task RunAsync(string operation, string folder)
    {
        var store = new FolderStore(folder);
        var most = Measure.PrivateMiB();
        await using var watching = new Timer(_ => most = Math.Max(most, Measure.PrivateMiB()), null, 20, 20);
        switch (operation)
        {
            case "list":
                await Scene.ListAsync(store, null);
                break;
            case "increment":
                await Scene.BackupAsync(store, 0, int.MaxValue);
                break;
            case "restore":
                await Scene.StartRestoreAsync(store, 0);
                break;
            case "gc":
                await Life.CollectAsync(store);
                break;
            case "gc-named":
                await Life.CollectAsync(new NamedPacks(store));
                break;
            case "index":
                await SyntheticIndex.OpenOnlyAsync(store);
                break;
            default:
                throw new ArgumentException($"unknown: {operation}", nameof(operation));
        }
        Console.WriteLine(Math.Max(most, Measure.PrivateMiB()).ToString(CultureInfo.InvariantCulture));
    }

    /// <returns>MiB of private memory, the highest seen fifty times a second and at the end.</returns>
    public static async Task<double> MemoryOfAsync(string operation, string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--child", operation, folder]) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        var text = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode == 0 ? double.Parse(text, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"{operation} ended with {child.ExitCode}");
    }
}
