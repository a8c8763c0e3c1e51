using System.Globalization;
using Stillpoint.Bench.BlockSize;

// BlockSize [--work DIR] [--blocks KIB,KIB] [--levels L,L]: the table of docs/adr/0004. The data come from bench/data/make-data.
var work = Option("--work", "/var/tmp/stillpoint-bench");
var sizes = Numbers(Option("--blocks", "64,128,256,512,1024,4096"));
var levels = Numbers(Option("--levels", "-1,1,3"));
var first = Path.Combine(work, "gen1.raw");
var second = Path.Combine(work, "gen2.raw");
if (!File.Exists(second))
{
    Console.Error.WriteLine($"{second} is not there: run bench/data/make-data first");
    return 1;
}

var writes = File.ReadLines(Path.Combine(work, "changes.tsv"))
    .Select(line => line.Split('\t'))
    .Select(field => (long.Parse(field[0], CultureInfo.InvariantCulture), int.Parse(field[1], CultureInfo.InvariantCulture)))
    .ToList();

Console.WriteLine("| block KiB | zstd | full MB | full CPU s | increment reads MB | plain MB | plain CPU s | delta MB | delta CPU s | blocks per TiB |");
Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (var kib in sizes)
{
    using var measurement = new Measurement(first, second, writes, kib << 10);
    foreach (var level in levels)
    {
        var full = measurement.Full(level);
        var plain = measurement.Increment(level, delta: false);
        var delta = measurement.Increment(level, delta: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {kib} | {level} | {Mega(full.Stored)} | {full.Cpu.TotalSeconds:F1} | {Mega(plain.ReadBytes)} | {Mega(plain.Stored)} | {plain.Cpu.TotalSeconds:F2} | {Mega(delta.Stored)} | {delta.Cpu.TotalSeconds:F2} | {(1L << 40) / (kib << 10):N0} |"));
    }
}

return 0;

static string Mega(long bytes) => (bytes / 1e6).ToString("N0", CultureInfo.InvariantCulture);

static int[] Numbers(string list) => [.. list.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

string Option(string name, string standard) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : standard;
