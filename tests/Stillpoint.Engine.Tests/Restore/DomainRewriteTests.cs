using System.Xml.Linq;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Vault;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

public sealed class DomainRewriteTests
{
    [Fact]
    public void MakeAnother_EverythingTwoVmsCannotShare_IsGone()
    {
        var rewrite = new DomainRewrite("""
            <domain type='kvm' id='3'>
              <name>web1</name>
              <uuid>6a51c665-0000-4000-8000-0000000000aa</uuid>
              <genid>11111111-0000-4000-8000-0000000000aa</genid>
              <title>The web server</title>
              <sysinfo type='smbios'><system><entry name='uuid'>6a51c665-0000-4000-8000-0000000000aa</entry><entry name='serial'>s</entry></system></sysinfo>
              <os><type>hvm</type></os>
              <devices>
                <disk type='block' device='disk'>
                  <driver name='qemu' type='raw' cache='none'/>
                  <source dev='/dev/vg/web1' index='2'><seclabel model='dac' relabel='no'/></source>
                  <encryption format='luks'><secret type='passphrase' uuid='6a51c665-0000-4000-8000-0000000000bb'/></encryption>
                  <target dev='vda' bus='virtio'/>
                  <serial>abc</serial>
                </disk>
                <disk type='network' device='disk'><source protocol='rbd' name='x'/><target dev='vdb' bus='virtio'/></disk>
                <disk type='file' device='cdrom'><source file='/iso/gone.iso'/><backingStore/><target dev='sda' bus='sata'/><readonly/></disk>
                <interface type='network'>
                  <mac address='52:54:00:00:00:01'/><source network='default'/><target dev='vnet3'/><link state='up'/><model type='virtio'/>
                </interface>
                <channel type='unix'><source mode='bind' path='/var/lib/x'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
                <graphics type='vnc' port='5901' autoport='no' listen='127.0.0.1'/>
              </devices>
            </domain>
            """);
        var disk = new DiskData("vda", "raw", 1 << 20, "full", 0, 0, "/dev/vg/web1");
        rewrite.PlaceDisks([new(disk, new TreeInfo("vda", 1 << 20, default), "/d/web2-vda.qcow2", "/d/web2-vda.qcow2", "qcow2", Device: false)]);
        rewrite.MakeAnother("web2", networkConnected: false, new HashSet<string> { "vda" });
        rewrite.EjectMissingMedia(_ => false);
        var expected = XElement.Parse("""
            <domain type='kvm'>
              <name>web2</name>
              <genid/>
              <sysinfo type='smbios'><system><entry name='serial'>s</entry></system></sysinfo>
              <os><type>hvm</type></os>
              <devices>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2' cache='none'/>
                  <source file='/d/web2-vda.qcow2'/>
                  <target dev='vda' bus='virtio'/>
                  <serial>abc</serial>
                </disk>
                <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
                <interface type='network'><source network='default'/><model type='virtio'/><link state='down'/></interface>
                <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
                <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
              </devices>
            </domain>
            """);
        Assert.Equal(expected.ToString(), Normal(rewrite));
        Assert.Equal(["vdb", "sda"], rewrite.Missing);
    }

    [Fact]
    public void PlaceNvram_OldAndNewWriting_BothAreReplaced()
    {
        var old = new DomainRewrite("<domain><name>a</name><os><nvram template='/t.fd'>/old.fd</nvram></os></domain>");
        old.PlaceNvram("/new.fd");
        Assert.Equal("<domain><name>a</name><os><nvram template='/t.fd'>/new.fd</nvram></os></domain>", Text(old));
        var newer = new DomainRewrite("<domain><name>a</name><os><nvram type='file'><source file='/old.fd'/></nvram></os></domain>");
        newer.PlaceNvram("/new.fd");
        Assert.Equal("<domain><name>a</name><os><nvram>/new.fd</nvram></os></domain>", Text(newer));
        newer.PlaceNvram(null);
        Assert.Equal("<domain><name>a</name><os /></domain>", Text(newer));
    }

    [Fact]
    public void New_NoXml_IsVaultDamaged() =>
        Assert.Equal(FailureCode.VaultDamaged, Assert.Throws<FailureException>(() => new DomainRewrite("<domain>")).Failure.Code);

    private static string Text(DomainRewrite rewrite) =>
        XElement.Parse(rewrite.ToString()).ToString(SaveOptions.DisableFormatting).Replace('"', '\'');

    private static string Normal(DomainRewrite rewrite) => XElement.Parse(rewrite.ToString()).ToString();
}
