using System.Diagnostics;
using System.Globalization;
using Stillpoint.Bench.DoctorBundle;

// How fast and in how much memory the CLI reads a large bundle: logs are made (a seeded mixture of normal lines, errors and one cause), then
// `stillpoint doctor --bundle` reads them in a process of its own.
//   DoctorBundle --work DIR --cli PATH [--mib 1024] [--rounds 2] [--write]
if (Option("--work") is not { } work || Option("--cli") is not { } cli)
{
    Console.Error.WriteLine("usage: DoctorBundle --work DIR --cli PATH [--mib 1024] [--rounds 2] [--write]");
    return 2;
}
var mib = Option("--mib") ?? "1024";
var rounds = int.Parse(Option("--rounds") ?? "2", CultureInfo.InvariantCulture);
var folder = Path.Combine(work, "doctor-bundle");
var archive = folder + ".tar.gz";
if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
var rows = new List<string>();
try
{
    var made = Logs.Make(folder, long.Parse(mib, CultureInfo.InvariantCulture) << 20);
    using (var tar = Process.Start("tar", ["-C", folder, "-czf", archive, "."])) await tar.WaitForExitAsync();
    foreach (var (name, target) in new[] { ("folder", folder), ("`.tar.gz`", archive) })
    {
        // The first round also warms the disk's cache, as it is for anybody who has just copied the files.
        for (var round = 1; round <= rounds; round++)
        {
            var m = await Measured.RunAsync(cli, ["doctor", "--bundle", target, "--json"]);
            var row = string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {round} | {made / 1e6:0} | {m.Seconds:0.0} | {m.Cpu:0.0} | {made / 1e6 / m.Cpu:0} | {m.PrivateBytes / 1e6:0} | {m.Load} | {m.Found} |");
            rows.Add(row);
            Console.WriteLine(row);
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
    File.Delete(archive);
}
if (args.Contains("--write")) Page.Write(rows, mib);
return 0;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
