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
        // Of many VMs every one has a point before the first measurement: else it would be the vault's filling that is measured.
        var stops = new[] { 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 }.Where(s => s >= vms && s <= points).ToList();
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
        var increment = await Cost.OfAsync(Repetitions, () => Scene.BackupAsync(counting, 0, made[0]++));
        Told("increment, ms", increment.Wall);
        Told("increment, CPU ms", increment.Cpu);
        Told("increment, bytes beyond data", counting.Other / (double)Repetitions);
        var count = await Scene.ListAsync(store, null);
        var list = await Cost.OfAsync(Repetitions, () => Scene.ListAsync(store, null));
        Told("list, us a point", list.Wall * 1000 / count);
        Told("list, CPU us a point", list.Cpu * 1000 / count);
        var restore = await Cost.OfAsync(Repetitions, () => Scene.StartRestoreAsync(store, vms - 1));
        Told("restore start, ms", restore.Wall);
        Told("restore start, CPU ms", restore.Cpu);
        await Life.MeasureAsync(store, Told);
        foreach (var operation in new[] { "increment", "list", "restore", "gc" }) Told($"{operation}, private MiB", await Child.MemoryOfAsync(operation, folder));
    }
}
