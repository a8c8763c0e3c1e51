using System.Xml.Linq;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>
/// A point's domain XML, changed to what a restore made of it. What is not named here stays as it was.
/// </summary>
internal sealed class DomainRewrite
{
    private readonly XElement _domain;
    private readonly List<string> _missing = [];

    /// <exception cref="FailureException">VaultDamaged: the point's XML is none.</exception>
    public DomainRewrite(string xml)
    {
        try
        {
            _domain = XElement.Parse(xml);
        }
        catch (System.Xml.XmlException error)
        {
            throw new FailureException(
                Failure.Of(FailureCode.VaultDamaged, Stage.Restore, ("object", "domain XML")).With(new("domain XML", error.Message)), error);
        }
        _domain.Attribute("id")?.Remove(); // of the run in which it was taken
    }

    /// <summary>Targets of disks and media the VM comes back without.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>Points the disks to where they were restored: one layer each, in the format they have now.</summary>
    public void PlaceDisks(IEnumerable<DiskPlan> plans)
    {
        foreach (var plan in plans)
        {
            if (FindDisk(plan.Disk.Name) is not { } disk) continue;
            disk.SetAttributeValue("type", plan.Device ? "block" : "file");
            if (disk.Element("driver") is not { } driver)
            {
                driver = new XElement("driver", new XAttribute("name", "qemu"));
                disk.AddFirst(driver);
            }
            driver.SetAttributeValue("type", plan.Format);
            // What QEMU decrypted is in the point as the guest saw it: the restored image has no key.
            disk.Elements().Where(e => e.Name.LocalName is "backingStore" or "mirror" or "source" or "encryption").Remove();
            driver.AddAfterSelf(new XElement("source", new XAttribute(plan.Device ? "dev" : "file", plan.Place)));
        }
    }

    /// <param name="path">Null: none was in the point; libvirt makes one from the template, at a path of its own.</param>
    public void PlaceNvram(string? path)
    {
        if (_domain.Element("os")?.Element("nvram") is not { } nvram) return;
        nvram.Elements("source").Remove();
        nvram.Attribute("type")?.Remove();
        nvram.Value = path ?? "";
        if (path is null && !nvram.HasAttributes) nvram.Remove();
    }

    /// <param name="role">kernel or initrd: the name of its element.</param>
    public void PlaceBootFile(string role, string path) => _domain.Element("os")?.SetElementValue(role, path);

    /// <summary>Takes away what two VMs of one host cannot share: UUID, MACs, sockets, fixed ports, and disks that are not in the point.</summary>
    public void MakeAnother(string name, bool networkConnected, IReadOnlySet<string> restoredDisks)
    {
        _domain.SetElementValue("name", name);
        _domain.Element("uuid")?.Remove();
        _domain.Element("title")?.Remove();
        if (_domain.Element("genid") is { } generation) generation.RemoveNodes();
        // libvirt insists that this one is the UUID's equal.
        _domain.Elements("sysinfo").Elements("system").Elements("entry").Where(e => (string?)e.Attribute("name") == "uuid").Remove();
        if (_domain.Element("devices") is not { } devices) return;
        foreach (var nic in devices.Elements("interface"))
        {
            nic.Elements("mac").Remove();
            nic.Elements("target").Where(t => ((string?)t.Attribute("dev"))?.StartsWith("vnet", StringComparison.Ordinal) ?? false).Remove();
            if (networkConnected) continue;
            nic.Elements("link").Remove();
            nic.Add(new XElement("link", new XAttribute("state", "down")));
        }
        foreach (var source in devices.Elements("channel").Elements("source").Where(s => (string?)s.Attribute("mode") == "bind").ToList())
            source.Remove();
        foreach (var graphics in devices.Elements("graphics").Where(g => g.Attribute("port") is not null))
        {
            graphics.Attribute("port")!.Remove();
            graphics.Attribute("tlsPort")?.Remove();
            graphics.SetAttributeValue("autoport", "yes");
        }
        foreach (var disk in devices.Elements("disk").Where(d => !IsRemovable(d) && !restoredDisks.Contains(TargetOf(d))).ToList())
        {
            _missing.Add(TargetOf(disk));
            disk.Remove();
        }
    }

    /// <summary>Empties CD and floppy drives whose medium this host does not have: the VM would not start.</summary>
    public void EjectMissingMedia(Func<string, bool> exists)
    {
        foreach (var disk in _domain.Elements("devices").Elements("disk").Where(IsRemovable))
        {
            var source = disk.Element("source");
            if ((string?)(source?.Attribute("file") ?? source?.Attribute("dev")) is not { } path || exists(path)) continue;
            source!.Remove();
            disk.Elements("backingStore").Remove();
            _missing.Add(TargetOf(disk));
        }
    }

    public override string ToString() => _domain.ToString();

    private XElement? FindDisk(string target) =>
        _domain.Elements("devices").Elements("disk").FirstOrDefault(d => TargetOf(d) == target);

    private static string TargetOf(XElement disk) => (string?)disk.Element("target")?.Attribute("dev") ?? "";

    private static bool IsRemovable(XElement disk) => (string?)disk.Attribute("device") is "cdrom" or "floppy";
}
