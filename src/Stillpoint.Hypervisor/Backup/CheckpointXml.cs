using System.Globalization;
using System.Xml.Linq;

namespace Stillpoint.Hypervisor;

internal static class CheckpointXml
{
    /// <param name="sized">The XML was asked for with sizes: a disk without one has lost its bitmap or may not trust it.</param>
    public static Checkpoint Parse(string xml, bool sized)
    {
        var root = XElement.Parse(xml);
        var seconds = long.Parse(root.Element("creationTime")?.Value ?? "0", CultureInfo.InvariantCulture);
        var tracked = root.Element("disks")?.Elements("disk").Where(d => (string?)d.Attribute("checkpoint") == "bitmap") ?? [];
        return new(
            root.Element("name")?.Value ?? "",
            root.Element("parent")?.Element("name")?.Value,
            DateTimeOffset.FromUnixTimeSeconds(seconds),
            sized ? tracked.ToDictionary(d => (string?)d.Attribute("name") ?? "", d => d.Attribute("size") is not null, StringComparer.Ordinal) : null);
    }
}
