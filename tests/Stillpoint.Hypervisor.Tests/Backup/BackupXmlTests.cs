using Xunit;

namespace Stillpoint.Hypervisor.Tests.Backup;

public sealed class BackupXmlTests
{
    private static readonly BackupRequest TwoDisks = new("/run/s & s", "stillpoint-1", [new("vda", "/scr/a", "stillpoint-0", true), new("vdb", "/scr/b", null, false)]);

    [Fact]
    public void Backup_IncrementalAndFullDisk_EachSaysItsModeAndScratch() => Assert.Equal(
        """<domainbackup mode="pull"><server transport="unix" socket="/run/s &amp; s" /><disks>""" +
        """<disk name="vda" backup="yes" type="file" backupmode="incremental" incremental="stillpoint-0"><driver type="qcow2" /><scratch file="/scr/a" /></disk>""" +
        """<disk name="vdb" backup="yes" type="file" backupmode="full"><driver type="qcow2" /><scratch file="/scr/b" /></disk></disks></domainbackup>""",
        BackupXml.Backup(TwoDisks));

    [Fact]
    public void Checkpoint_RawDiskBesideQcow2_ListsBoth() => Assert.Equal(
        """<domaincheckpoint><name>stillpoint-1</name><disks><disk name="vda" checkpoint="bitmap" /><disk name="vdb" checkpoint="no" /></disks></domaincheckpoint>""",
        BackupXml.Checkpoint(TwoDisks));

    [Fact]
    public void Checkpoint_NotWantedOrNoDiskCanCarryIt_IsNone()
    {
        Assert.Null(BackupXml.Checkpoint(TwoDisks with { Checkpoint = null }));
        Assert.Null(BackupXml.Checkpoint(TwoDisks with { Disks = [new("vdb", "/scr/b", null, false)] }));
    }

    [Fact]
    public void ScratchIndexes_DisksOfTheJobOnly()
    {
        const string running = "<domainbackup mode='pull'><server transport='unix' socket='/run/s'/><disks>" +
            "<disk name='vda' backup='yes' index='5'/><disk name='vdb' backup='no'/><disk name='vdc' backup='yes' index='11'/></disks></domainbackup>";

        Assert.Equal(new Dictionary<string, int> { ["vda"] = 5, ["vdc"] = 11 }, BackupXml.ScratchIndexes(running));
        Assert.Equal("/run/s", BackupXml.Socket(running));
    }

    [Fact]
    public void Checkpoint_ReadBack_DiskWithoutSizeHasNoUsableBitmap()
    {
        const string xml = "<domaincheckpoint><name>b</name><parent><name>a</name></parent><creationTime>1700000000</creationTime><disks>" +
            "<disk name='vda' checkpoint='bitmap' bitmap='b' size='65536'/><disk name='vdb' checkpoint='bitmap' bitmap='b'/><disk name='vdc' checkpoint='no'/></disks></domaincheckpoint>";

        var sized = CheckpointXml.Parse(xml, sized: true);

        Assert.Equal(("b", "a", 1700000000L), (sized.Name, sized.Parent, sized.Created.ToUnixTimeSeconds()));
        Assert.Equal(new Dictionary<string, bool> { ["vda"] = true, ["vdb"] = false }, sized.UsableBitmaps);
        Assert.Null(CheckpointXml.Parse(xml, sized: false).UsableBitmaps);
    }

    [Fact]
    public void BlockStats_Entries_AreFoundByTheirIndex() => Assert.Equal(
        new Dictionary<int, long> { [1] = 100, [7] = 4096 },
        BlockStats.Select(new Dictionary<string, string>
        {
            ["block.count"] = "3", ["block.0.name"] = "vda", ["block.0.backingIndex"] = "1", ["block.0.allocation"] = "100",
            ["block.1.name"] = "vda", ["block.1.backingIndex"] = "7", ["block.1.allocation"] = "4096",
            ["block.2.name"] = "sda", ["block.2.allocation"] = "5",
        }));

    [Fact]
    public void NodesWith_NestedNodes_OnlyThoseThatHaveTheBitmap() => Assert.Equal(
        ["libvirt-2-format"],
        LiveBitmaps.NodesWith(
            """
            {"return":[{"node-name":"libvirt-1-format","dirty-bitmaps":[{"name":"other"}]},
            {"node-name":"libvirt-2-format","dirty-bitmaps":[{"name":"mine"},{"busy":true}]},{"node-name":"libvirt-2-storage"}]}
            """, "mine"));
}
