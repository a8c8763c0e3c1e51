using Stillpoint.Extension.Freeze;
using Xunit;

namespace Stillpoint.Extension.Tests;

public sealed class MountTableTests
{
    [Fact]
    public void ToFreeze_OfAServersTable_TakesChildrenFirstAndTheRootLast() => Assert.Equal(["/srv/data", "/srv", "/var", "/"], Points(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw",
        "23 22 0:20 / /proc rw - proc proc rw",
        "24 22 254:2 / /var rw - xfs /dev/vda2 rw",
        "25 22 254:3 / /srv rw - ext3 /dev/vda3 rw",
        "26 25 0:40 / /srv/data rw - btrfs /dev/vdb rw",
        "27 22 254:15 / /boot/efi rw - vfat /dev/vda15 rw",
        "28 22 0:50 / /mnt/nfs rw - nfs4 host:/x rw",
        "29 22 0:21 / /run rw - tmpfs tmpfs rw"));

    [Fact]
    public void ToFreeze_BindMountsAndSubvolumes_FreezesAFileSystemOnceAndByItsLowestMount() => Assert.Equal(["/data", "/home", "/"], Points(
        "22 1 254:1 / / rw - ext4 /dev/vda1 rw",
        "23 22 0:33 /@home /home rw - btrfs /dev/vdc rw",
        "24 22 254:2 / /data rw - ext4 /dev/vdb rw",
        "25 24 254:1 /srv /data/bind rw - ext4 /dev/vda1 rw",
        "26 22 0:34 /@log /log rw - btrfs /dev/vdc rw"));

    [Fact]
    public void ToFreeze_Loops_AreLeftOut() => Assert.Equal(["/"], Points(
        "22 1 254:1 / / rw - ext4 /dev/vda1 rw",
        "23 22 7:0 / /mnt rw - ext4 /dev/loop0 rw"));

    [Fact]
    public void ToFreeze_AMountThatAnotherLiesOver_IsNotReachedByItsPath() => Assert.Equal(["/late", "/"], Points(
        "22 1 254:1 / / rw - ext4 /dev/vda1 rw",
        "23 22 254:2 / /mnt/deep rw - ext4 /dev/vdb rw",
        "24 22 0:44 / /mnt rw - tmpfs tmpfs rw",
        "25 22 254:2 / /late rw - ext4 /dev/vdb rw"));

    [Fact]
    public void Parse_NamesWithBlanksAndOptionalFields_ReadsThemPlain()
    {
        var mount = Assert.Single(MountTable.Parse(["24 22 254:2 / /mnt/a\\040b\\134\\303\\251 rw shared:7 master:3 propagate_from:2 - ext4 /dev/vd\\040b rw", "broken line"]));
        Assert.Equal(("254:2", "/", "/mnt/a b\\é", "ext4", "/dev/vd b"), (mount.Device, mount.Root, mount.Point, mount.Type, mount.Source));
    }

    private static IEnumerable<string> Points(params string[] lines) => MountTable.ToFreeze(MountTable.Parse(lines)).Select(m => m.Point);
}
