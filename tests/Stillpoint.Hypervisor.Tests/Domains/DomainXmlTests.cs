using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Domains;

public sealed class DomainXmlTests
{
    private static DomainConfig Parse(string os, string devices) =>
        DomainXml.Parse($"<domain type='kvm'><name>a</name><os>{os}</os><devices>{devices}</devices></domain>");

    private static DomainDisk Disk(string xml) => Assert.Single(Parse("", xml).Disks);

    [Theory]
    [InlineData("<disk type='file' device='cdrom'><source file='/a.iso'/><target dev='sda'/><readonly/></disk>", "cdrom")]
    [InlineData("<disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>", "cdrom")]
    [InlineData("<disk type='file' device='floppy'><source file='/a'/><target dev='fda'/></disk>", "floppy")]
    [InlineData("<disk type='block' device='lun'><source dev='/dev/a'/><target dev='sda'/></disk>", "lun")]
    [InlineData("<disk type='file' device='disk'><target dev='vda'/></disk>", "empty")]
    [InlineData("<disk type='file' device='disk'><source file='/a'/><target dev='vda'/><readonly/></disk>", "read-only")]
    [InlineData("<disk type='file' device='disk'><source file='/a'/><target dev='vda'/><transient/></disk>", "transient")]
    [InlineData("<disk type='network' device='disk'><source protocol='rbd' name='p/i'/><target dev='vda'/></disk>", "network")]
    [InlineData("<disk type='network' device='disk'><source protocol='nbd' name='vda'/><target dev='vda'/></disk>", "network")]
    [InlineData("<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vda'/></disk>", "network")]
    public void Parse_DiskThatCannotBeInAPoint_SaysWhy(string xml, string reason)
    {
        var failure = Disk(xml).Unsupported;

        Assert.Equal((FailureCode.DiskUnsupported, reason), (failure!.Code, failure.Arguments["reason"]));
    }

    [Theory]
    [InlineData("<disk type='file'><driver name='qemu' type='qcow2'/><source file='/a b.qcow2'/><target dev='vda'/></disk>", DiskSourceKind.File, "qcow2", "/a b.qcow2", true)]
    [InlineData("<disk type='file' device='disk'><driver type='raw'/><source file='/a.raw'/><target dev='sdb'/><shareable/></disk>", DiskSourceKind.File, "raw", "/a.raw", false)]
    [InlineData("<disk type='block' device='disk'><source dev='/dev/vg/a'/><target dev='vdb'/></disk>", DiskSourceKind.Block, "raw", "/dev/vg/a", false)]
    [InlineData("<disk type='block' device='disk'><driver type='qcow2'/><source dev='/dev/vg/a'/><target dev='vdb'/></disk>", DiskSourceKind.Block, "qcow2", "/dev/vg/a", true)]
    public void Parse_Disk_HasKindFormatSourceAndWhetherItCanTrack(string xml, DiskSourceKind kind, string format, string source, bool tracks)
    {
        var disk = Disk(xml);

        Assert.Null(disk.Unsupported);
        Assert.Equal((kind, format, source, tracks), (disk.Kind, disk.Format, disk.Source, disk.CanTrack));
    }

    [Theory]
    [InlineData("<backingStore/>", false)]
    [InlineData("<backingStore type='file'><format type='qcow2'/><source file='/base'/><backingStore/></backingStore>", true)]
    [InlineData("", false)]
    public void Parse_BackingStore_IsAChainOnlyIfItHasAType(string chain, bool expected) =>
        Assert.Equal(expected, Disk($"<disk type='file'><driver type='qcow2'/><source file='/nosuch'/>{chain}<target dev='vda'/></disk>").HasBackingChain);

    [Theory]
    [InlineData(0, false)]
    [InlineData(104, true)]
    public void Parse_StoredXmlWithoutChain_AsksTheImage(byte backingFileOffset, bool expected)
    {
        using var folder = new TempFolder();
        var image = folder["a.qcow2"];
        File.WriteAllBytes(image, [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, backingFileOffset, 0, 0, 0, 0]);

        Assert.Equal(expected, Disk($"<disk type='file'><driver type='qcow2'/><source file='{image}'/><target dev='vda'/></disk>").HasBackingChain);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Parse_Qcow2Image_CanTrackFromVersionThreeOn(byte version, bool expected)
    {
        using var folder = new TempFolder();
        var image = folder["a.qcow2"];
        File.WriteAllBytes(image, [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, version, 0, 0, 0, 0, 0, 0, 0, 0]);

        Assert.Equal(expected, Disk($"<disk type='file'><driver type='qcow2'/><source file='{image}'/><target dev='vda'/></disk>").CanTrack);
    }

    [Theory]
    [InlineData("<nvram>/var/nv.fd</nvram>", "/var/nv.fd")]
    [InlineData("<nvram template='/t.fd'>/var/nv.fd</nvram>", "/var/nv.fd")]
    [InlineData("<nvram type='file'><source file='/var/nv2.fd'/></nvram>", "/var/nv2.fd")]
    [InlineData("<nvram template='/t.fd'/>", null)]
    [InlineData("", null)]
    public void Parse_Nvram_IsAPathOrNothing(string os, string? expected) => Assert.Equal(expected, Parse(os, "").NvramPath);

    [Fact]
    public void Parse_RestOfTheDomain_IsSeen()
    {
        var full = Parse(
            "<kernel>/k</kernel><initrd>/i</initrd>",
            "<tpm model='tpm-crb'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>");
        var bare = Parse("", "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>");

        Assert.Equal(("/k", "/i", true, true), (full.KernelPath, full.InitrdPath, full.HasTpm, full.HasAgentChannel));
        Assert.Equal((null, null, false, false), (bare.KernelPath, bare.InitrdPath, bare.HasTpm, bare.HasAgentChannel));
    }
}
