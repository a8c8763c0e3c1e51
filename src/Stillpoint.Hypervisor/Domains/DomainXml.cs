using System.Xml.Linq;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>Reads a domain's XML. What it does not know it leaves alone: the whole XML goes into the point anyway.</summary>
internal static class DomainXml
{
    public const string AgentChannel = "org.qemu.guest_agent.0";

    public static DomainConfig Parse(string xml)
    {
        var root = XElement.Parse(xml);
        var os = root.Element("os");
        var devices = root.Element("devices");
        var channel = devices?.Elements("channel").Select(c => c.Element("target")).FirstOrDefault(t => (string?)t?.Attribute("name") == AgentChannel);
        return new(
            xml,
            [.. (devices?.Elements("disk") ?? []).Select(Disk)],
            Nvram(os?.Element("nvram")),
            Text(os?.Element("kernel")),
            Text(os?.Element("initrd")),
            devices?.Element("tpm") is not null,
            channel is not null)
        {
            AgentConnected = (string?)channel?.Attribute("state") is { } state ? state == "connected" : null,
        };
    }

    private static DomainDisk Disk(XElement disk)
    {
        var name = (string?)disk.Element("target")?.Attribute("dev") ?? "";
        var device = (string?)disk.Attribute("device") ?? "disk";
        var source = disk.Element("source");
        var kind = Kind((string?)disk.Attribute("type"), source);
        var path = kind switch
        {
            DiskSourceKind.File => (string?)source?.Attribute("file"),
            DiskSourceKind.Block => (string?)source?.Attribute("dev"),
            _ => null,
        };
        var format = (string?)disk.Element("driver")?.Attribute("type") ?? "raw";
        var readOnly = disk.Element("readonly") is not null;
        var reason = Unsupported(disk, device, kind, readOnly);
        return new(
            name, device, kind, format, path, HasBackingChain(disk, format, path), readOnly,
            reason is null ? null : Failure.Of(FailureCode.DiskUnsupported, Stage.Preflight, ("disk", name), ("reason", reason)))
        {
            HoldsBitmaps = format != "qcow2" || path is null || !Qcow2Header.IsVersion2(path),
        };
    }

    private static DiskSourceKind Kind(string? type, XElement? source) => type switch
    {
        "file" => source?.Attribute("file") is null ? DiskSourceKind.None : DiskSourceKind.File,
        "block" => source?.Attribute("dev") is null ? DiskSourceKind.None : DiskSourceKind.Block,
        _ => source is null ? DiskSourceKind.None : DiskSourceKind.Network,
    };

    /// <summary>The reason is a word of ours, and Stillpoint.Texts has a sentence for it.</summary>
    private static string? Unsupported(XElement disk, string device, DiskSourceKind kind, bool readOnly) => device switch
    {
        "cdrom" or "floppy" or "lun" => device,
        _ when kind == DiskSourceKind.None => "empty",
        // Network, volume, vhost-user: QEMU reads them, but what a restore would write them to is not known here yet.
        _ when kind == DiskSourceKind.Network => "network",
        _ when disk.Element("transient") is not null => "transient",
        _ when readOnly => "read-only",
        _ => null,
    };

    /// <summary>
    /// A running domain's XML lists the chain (an empty element ends it); a stored one may say nothing, then the image itself is asked.
    /// </summary>
    private static bool HasBackingChain(XElement disk, string format, string? path) => disk.Element("backingStore") switch
    {
        { } chain => chain.Attribute("type") is not null,
        null => format == "qcow2" && path is not null && Qcow2Header.NamesBackingFile(path),
    };

    private static string? Nvram(XElement? nvram)
    {
        if (nvram?.Element("source") is { } source) return (string?)source.Attribute("file");
        return Text(nvram);
    }

    private static string? Text(XElement? element) => element?.Value.Trim() is { Length: > 0 } text ? text : null;
}
