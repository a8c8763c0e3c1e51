using System.Globalization;
using Stillpoint.Bench.ServiceLoad;

// The service with years behind it: thousands of VMs, points and jobs; how long it takes to start, to answer, and what memory it holds. Needs root, libvirt and QEMU;
// starts a libvirtd of its own. Everything is made below DIR and taken away again.
//   ServiceLoad --work DIR [--vms 2000] [--points 200000] [--jobs 500000] [--rate 50] [--seconds 60] [--write]
if (Text("--work") is not { } work)
{
    Console.Error.WriteLine("usage: ServiceLoad --work DIR [--vms 2000] [--points 200000] [--jobs 500000] [--rate 50] [--seconds 60] [--write]");
    return 2;
}
var size = new Size(Number("--vms", 2000), Number("--points", 200_000), Number("--jobs", 500_000));
var load = new Load(Number("--rate", 50), Number("--seconds", 60));
await using var site = await Site.BuildAsync(Path.GetFullPath(work), size);
var measured = await Measuring.RunAsync(site, load);
var page = Page.Of(size, load, measured, string.Join(' ', args.Where(a => a is not "--write").Except(["--work", work])));
Console.WriteLine(page);
if (args.Contains("--write")) await File.WriteAllTextAsync(Path.Combine(Repository.Root, "docs", "performance-service.md"), page);
return 0;

string? Text(string name) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;

int Number(string name, int otherwise) => int.Parse(Text(name) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
