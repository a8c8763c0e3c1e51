using System.Globalization;
using Stillpoint.Bench.VaultCost;

// What a vault costs as it grows: points of one VM, many VMs, and an index of many TiB. Writes docs/performance-vault.md and its plots with --write.
//   VaultCost --work DIR [--points 1000] [--vms 200] [--tib 5] [--gc-tib 2] [--write]
var points = Number("--points", 1000);
var vms = Number("--vms", 200);
var tib = Number("--tib", 5);
var gcTib = Number("--gc-tib", 2);
if (args is ["--child", var child, var folder])
{
    await Child.RunAsync(child, folder);
    return 0;
}
if (Text("--work") is not { } work)
{
    Console.Error.WriteLine("usage: VaultCost --work DIR [--points 1000] [--vms 200] [--tib 5] [--gc-tib 2] [--write]");
    return 2;
}
var root = Path.Combine(work, "vault-cost");
if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
try
{
    List<Measure> one = points > 0 ? await Growth.RunAsync(Path.Combine(root, "one"), points, vms: 1) : [];
    List<Measure> many = vms > 0 ? await Growth.RunAsync(Path.Combine(root, "many"), vms * 5, vms) : [];
    var index = tib > 0 ? await SyntheticIndex.RunAsync(Path.Combine(root, "index"), tib, gcTib) : [];
    if (args.Contains("--write")) Page.Write(one, many, index, string.Join(' ', args.Except(["--write", "--work", work])));
}
finally
{
    if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
}
return 0;

string? Text(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;

int Number(string name, int otherwise) => int.Parse(Text(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
