namespace Stillpoint.Bench.DoctorBundle;

/// <summary>docs/performance-doctor.md.</summary>
internal static class Page
{
    public static void Write(IReadOnlyList<string> rows, string mib)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Stillpoint.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Stillpoint.slnx");
        File.WriteAllText(Path.Combine(folder, "docs", "performance-doctor.md"), $"""
            <!-- Made by bench/DoctorBundle; do not edit. -->
            # The doctor on a gigabyte of logs

            `dotnet run -c Release --project bench/DoctorBundle -- --work DIR --cli PATH --mib {mib} --write` on {Environment.ProcessorCount} processors of {Processor()}: five logs of a guest, a seeded mixture
            of normal lines, with an unrelated error in every hundred and one cause at the end, read by `stillpoint doctor --bundle` in a process of its own.
            Wanted: 1 GB in 20 s on two quiet processors, in 200 MB of private memory.

            | bundle | round | MB of logs | s | s of processor | MB/s of processor | MB private | load | found |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
            {string.Join('\n', rows)}

            Private memory is what the kernel counts as the process's own (clean and dirty), looked at twenty times a second; the load is the machine's average of a minute when the round
            ended, and what is above 1 was other work. Seconds on a loaded machine say little; seconds of processor are the doctor's own.

            """);
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "an unknown kind";
}
