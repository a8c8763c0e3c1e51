using System.Diagnostics;
using Stillpoint.Bench.VaultBench;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

// The vault alone, in this process, without a VM: a raw image into a new vault, a second generation as an increment, both restored.
//   VaultBench GEN1.raw [GEN2.raw] --work DIR [--block BYTES] [--no-delta] [--no-restore]
var files = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
if (files.Length is 0 or > 2 || Option("--work") is not { } work)
{
    Console.Error.WriteLine("usage: VaultBench GEN1.raw [GEN2.raw] --work DIR [--block BYTES] [--no-delta] [--no-restore]");
    return 2;
}
var settings = new VaultSettings(int.Parse(Option("--block") ?? "131072", System.Globalization.CultureInfo.InvariantCulture), !args.Contains("--no-delta"));
var folder = Path.Combine(work, "vault-bench");
if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
Directory.CreateDirectory(folder);
try
{
    var store = new FolderStore(folder);
    await VaultInit.CreateAsync(store, settings with { PassphraseRounds = 1000 }, "bench", TimeProvider.System, default);
    await using var vault = await OpenVault.OpenAsync(store, new Passphrase("bench"), TimeProvider.System, default);
    Console.WriteLine($"block {settings.BlockSize / 1024} KiB, delta {(settings.Delta ? "on" : "off")}, {Environment.ProcessorCount} cores");
    PointInfo? point = null;
    foreach (var file in files)
    {
        var dirty = point is null ? null : Differences.Between(files[0], file, settings.BlockSize);
        point = await Measured.RunAsync(point is null ? "full" : "increment", () => RawImage.PutAsync(vault, file, point, dirty), p => p.BytesStored);
        if (args.Contains("--no-restore")) continue;
        var target = Path.Combine(work, "vault-bench.raw");
        var restored = point;
        await Measured.RunAsync("restore", () => RawImage.CopyAsync(vault, restored, target), n => n);
        Console.WriteLine(Differences.Between(file, target, 1 << 20).Count == 0 ? "  bytes compared: equal" : "  BYTES DIFFER");
        File.Delete(target);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
return 0;

string? Option(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
