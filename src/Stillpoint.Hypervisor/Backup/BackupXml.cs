using System.Globalization;
using System.Xml.Linq;

namespace Stillpoint.Hypervisor;

/// <summary>The two documents of a begin, and what is read back from a running job.</summary>
internal static class BackupXml
{
    /// <summary>Disks that are not listed are left out by libvirt, since a list is given. Every disk names its scratch: without one even the error is wrong.</summary>
    public static string Backup(BackupRequest request) => new XElement("domainbackup",
        new XAttribute("mode", "pull"),
        new XElement("server", new XAttribute("transport", "unix"), new XAttribute("socket", request.SocketPath)),
        new XElement("disks", request.Disks.Select(Disk))).ToString(SaveOptions.DisableFormatting);

    private static XElement Disk(BackupDisk disk) => new("disk",
        new XAttribute("name", disk.Name),
        new XAttribute("backup", "yes"),
        new XAttribute("type", "file"),
        new XAttribute("backupmode", disk.Base is null ? "full" : "incremental"),
        disk.Base is null ? null : new XAttribute("incremental", disk.Base),
        new XElement("driver", new XAttribute("type", "qcow2")),
        new XElement("scratch", new XAttribute("file", disk.ScratchPath)));

    /// <summary>Null when no checkpoint is wanted or no disk can carry one: an empty list would mean every disk.</summary>
    public static string? Checkpoint(BackupRequest request)
    {
        if (request.Checkpoint is null || !request.Disks.Any(d => d.InCheckpoint)) return null;
        return new XElement("domaincheckpoint",
            new XElement("name", request.Checkpoint),
            new XElement("disks", request.Disks.Select(d => new XElement("disk",
                new XAttribute("name", d.Name), new XAttribute("checkpoint", d.InCheckpoint ? "bitmap" : "no")))))
            .ToString(SaveOptions.DisableFormatting);
    }

    public static string? Socket(string runningXml) => (string?)XElement.Parse(runningXml).Element("server")?.Attribute("socket");

    /// <summary>The number libvirt gave each disk's scratch node, by target: thresholds and statistics name it.</summary>
    public static Dictionary<string, int> ScratchIndexes(string runningXml) => XElement.Parse(runningXml).Descendants("disk")
        .Where(d => d.Attribute("index") is not null)
        .ToDictionary(
            d => (string?)d.Attribute("name") ?? "",
            d => int.Parse(d.Attribute("index")!.Value, CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
}
