using System.Diagnostics;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>Points are made one after the other, in turn over the VMs; at some counts everything is measured.</summary>
internal static class Growth
{
    private const int Repetitions = 9;

    /// <summary>Points between two collections: a night's points of ten VMs, or ten nights of one.</summary>
    private const int Night = 10;

    public static async Task<List<Measure>> RunAsync(string folder, int points, int vms)
    {
        Directory.CreateDirectory(folder);
        var store = new FolderStore(folder);
        await VaultInit.CreateAsync(store, new(PassphraseRounds: 1000), "bench", TimeProvider.System, default);
        Console.WriteLine($"{points} points of {vms} VMs");
        var measures = new List<Measure>();
        var stops = new[] { 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 }.Where(s => s <= points).ToList();
        var made = new int[vms];
        for (var i = 1; i <= points; i++)
        {
            var vm = (i - 1) % vms;
            await Scene.BackupAsync(store, vm, made[vm]++);
            if (i % Night == 0) await Life.CollectAsync(store);
            if (stops.Contains(i)) await MeasureAsync(store, folder, i, vms, made, measures);
        }
        return measures;
    }

    private static async Task MeasureAsync(FolderStore store, string folder, int at, int vms, int[] made, List<Measure> measures)
    {
        void Told(string what, double value) => measures.Add(Measure.Told(what, at, value));
        var counting = new CountingStore(store);
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var watch = Stopwatch.StartNew();
            await Scene.BackupAsync(counting, 0, made[0]++);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        Told("increment, ms", times.Min());
        Told("increment, bytes beyond data", counting.Other / (double)Repetitions);
        var count = await Scene.ListAsync(store, null);
        Told("list of one VM, ms", await Measure.FastestAsync(Repetitions, () => Scene.ListAsync(store, vms - 1)));
        Told("list of all, us a point", await Measure.FastestAsync(Repetitions, () => Scene.ListAsync(store, null)) * 1000 / count);
        Told("restore start, ms", await Measure.FastestAsync(Repetitions, () => Scene.StartRestoreAsync(store, vms - 1)));
        foreach (var operation in new[] { "increment", "list", "restore" }) Told($"{operation}, private MiB", await Child.MemoryOfAsync(operation, folder));
        await Life.MeasureAsync(store, Told);
    }
}
