using System.Text;
using Stillpoint.Doctor;
using Stillpoint.Doctor.Tests.Noise;

namespace Stillpoint.Bench.DoctorBundle;

/// <summary>A guest's logs of some months, of any size: every hundredth line an error of something else, at the end a cause.</summary>
internal static class Logs
{
    private static readonly (string Path, LogKind Kind, double Share)[] Files =
    [
        ("var/log/waagent.log", LogKind.Agent, 0.35), ("var/log/waagent.log.1", LogKind.Agent, 0.15),
        ("var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log", LogKind.Extension, 0.15),
        ("var/log/syslog", LogKind.System, 0.25), ("var/log/audit/audit.log", LogKind.Audit, 0.1),
    ];

    /// <returns>Bytes written.</returns>
    public static long Make(string folder, long bytes)
    {
        long total = 0;
        foreach (var (path, kind, share) in Files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using var file = new StreamWriter(full, append: false, new UTF8Encoding(false), 1 << 20);
            var noise = new NoiseWriter(path.Length);
            var at = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
            long written = 0;
            for (var i = 1; written < bytes * share; i++, at += TimeSpan.FromSeconds(2))
            {
                var line = i % 100 == 0 ? noise.UnrelatedError(at) : noise.Line(kind, at);
                file.Write(line);
                file.Write('\n');
                written += line.Length + 1;
            }
            if (kind is LogKind.Extension) file.Write($"{at:yyyy/MM/dd HH:mm:ss.ffffff} [Error] Mount Points already freezed by some other processor\n");
            total += written;
        }
        return total;
    }
}
