using System.Formats.Tar;
using System.IO.Compression;
using Stillpoint.Model;

namespace Stillpoint.Control.Support;

/// <summary>One file of a bundle.</summary>
public sealed record SupportEntry(string Name, byte[] Content);

/// <param name="Days">1 to <see cref="MostDays"/>: how far back jobs and log go.</param>
/// <param name="Vm">Name or UUID: only its jobs, and a look at it as it is now. Null: all VMs, and no look.</param>
public sealed record SupportOrder(string? Vm = null, int Days = SupportOrder.DefaultDays)
{
    public const int DefaultDays = 7, MostDays = 90;

    public required string Version { get; init; }

    /// <summary>Keys with their values; none of them may be a secret.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>Files whose first lines are secrets: should one of these stand anywhere, it is taken out.</summary>
    public IReadOnlyList<string> SecretFiles { get; init; } = [];
}

/// <summary>A bundle as a <c>.tar.gz</c>: small enough to be held in memory, since each part has a bound.</summary>
public static class SupportBundle
{
    /// <summary>What its files and folders are called, without an ending.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["versions", "configuration", "settings", "host", "catalog", "alerts", "jobs", "facts", "doctor", "log"];

    private const string Folder = "stillpoint-support/";
    private const int MostBytes = 256 << 20;

    public static byte[] Write(IReadOnlyList<SupportEntry> entries, DateTimeOffset at)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, Folder + entry.Name)
                {
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, ModificationTime = at, DataStream = new MemoryStream(entry.Content, writable: false),
                });
            }
        }
        return bytes.ToArray();
    }

    /// <exception cref="FailureException">BundleUnreadable.</exception>
    public static IReadOnlyList<SupportEntry> Read(byte[] bundle, string name)
    {
        var entries = new List<SupportEntry>();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bundle, writable: false), CompressionMode.Decompress);
            using var tar = new TarReader(gzip);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.Length > MostBytes) throw new InvalidDataException($"{entry.Name}: {entry.Length} bytes");
                var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                entries.Add(new(entry.Name.StartsWith(Folder, StringComparison.Ordinal) ? entry.Name[Folder.Length..] : entry.Name, content.ToArray()));
            }
            return entries;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            throw new FailureException(Failure.Of(FailureCode.BundleUnreadable, Stage.Input, ("path", name)).With(new(name, e.Message)), e);
        }
    }
}
