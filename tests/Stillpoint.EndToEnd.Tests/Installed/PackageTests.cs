using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Installed;

/// <summary>
/// docs/operations/install.md, step by step, in a fresh Debian under its systemd, with a libvirt and a QEMU of its own: what the unit lets the service do is seen
/// nowhere else. The VM in the VM has disks and no system, and stands still, so that only its QEMU has work.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "package")]
public sealed class PackageTests(VmSuite suite)
{
    // What apt would bring along; the guest has no network.
    private const string Depends = "libvirt-daemon-system,libvirt-clients,qemu-system-x86,qemu-utils,libnbd0,libzstd1,libsqlite3-0,libssl3";
    private const string Passphrase = "/etc/stillpoint/passphrase";
    private const string Image = "/var/lib/libvirt/images/inner.qcow2";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact(Explicit = true)]
    public async Task Package_InAFreshDebian_BacksUpAVmThroughItsServiceAndGoesWithoutTheVault()
    {
        Needs.VirtualMachine();
        var libvirt = await suite.LibvirtAsync();
        using var folder = new TempFolder("/var/tmp");
        var guest = await TestGuest.DefineAsync(libvirt, "installed", Depends, await DiskAsync(folder));
        try
        {
            await guest.StartAsync();
            await InstallAsync(guest);
            var (point, second) = await BackUpTwiceAsync(guest);
            await RestoreAsync(guest, point, second);
            await LiveAsync(guest, second);
            await RemoveAsync(guest);
        }
        finally
        {
            await guest.RemoveAsync();
        }
    }

    /// <summary>The package on a disk of its own.</summary>
    private static async Task<string> DiskAsync(TempFolder folder)
    {
        Directory.CreateDirectory(folder["files"]);
        (await Tool.RunAsync(new ToolCall(Repository.PathOf("eng", "deb", "build"), ["--out", folder["deb"]], TimeSpan.FromMinutes(20)))).Must();
        File.Move(Directory.GetFiles(folder["deb"], "*.deb").Single(), folder["files", "stillpoint.deb"]);
        (await Tool.RunAsync("truncate", "-s", "192M", folder["package.raw"])).Must();
        (await Tool.RunAsync("mke2fs", "-q", "-F", "-t", "ext4", "-L", "package", "-d", folder["files"], folder["package.raw"])).Must();
        return $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{folder["package.raw"]}'/><target dev='vdc' bus='virtio'/></disk>";
    }

    private static async Task InstallAsync(TestGuest guest)
    {
        await guest.RunAsync("mkdir -p /mnt/package && mount -o ro LABEL=package /mnt/package && dpkg -i /mnt/package/stillpoint.deb", Long);
        Assert.Equal("enabled", (await guest.RunAsync("systemctl is-enabled stillpointd")).Trim());
        await ListensAsync(guest);
        Assert.Contains("make the first administrator with this token: setup-", await JournalAsync(guest), StringComparison.Ordinal);
        Assert.Equal("700 0600", (await guest.RunAsync("echo $(stat -c %a /etc/stillpoint) $(stat -c 0%a /etc/stillpoint/stillpointd.json)")).Trim());
        Assert.Equal("no", (await guest.RunAsync("systemctl is-enabled -q stillpoint-fabricd || echo no")).Trim());

        await guest.RunAsync($"install -m 0600 /dev/null {Passphrase} && echo 'correct horse battery staple' > {Passphrase}");
        var made = await CliAsync(guest, $"vault init /data/vault --passphrase-file {Passphrase}");
        Assert.Equal(JsonValueKind.Null, made.GetProperty("notChosen").ValueKind);
        Assert.Equal("/data/vault", (await CliAsync(guest, "vault stats")).GetProperty("path").GetString());
    }

    private static async Task<(string First, string Second)> BackUpTwiceAsync(TestGuest guest)
    {
        await guest.RunAsync(
            $"head -c 40000000 /dev/urandom > /tmp/raw && truncate -s 64M /tmp/raw && qemu-img convert -f raw -O qcow2 /tmp/raw {Image} && rm /tmp/raw && " +
            $"chown libvirt-qemu {Image}");
        await guest.RunAsync($"cat > /tmp/inner.xml <<'E'\n{Inner}\nE\nvirsh -q define /tmp/inner.xml && virsh -q start --paused inner", Long);
        var first = await CliAsync(guest, "backup inner --consistency crash");
        Assert.Equal("full", first.GetProperty("disks")[0].GetProperty("mode").GetString());
        await guest.RunAsync("""virsh -q qemu-monitor-command inner --hmp 'qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend "write -P 66 1048576 1048576"'""");
        var second = await CliAsync(guest, "backup inner --consistency crash");
        var disk = second.GetProperty("disks")[0];
        Assert.Equal("incremental", disk.GetProperty("mode").GetString());
        Assert.InRange(disk.GetProperty("bytesRead").GetInt64(), 1 << 20, 4 << 20);
        return (first.GetProperty("point").GetString()!, second.GetProperty("point").GetString()!);
    }

    private static async Task RestoreAsync(TestGuest guest, string first, string second)
    {
        await guest.RunAsync("virsh -q destroy inner; mkdir /var/lib/libvirt/images/copy /var/lib/libvirt/images/older");
        await CliAsync(guest, $"restore {second} --as copy --folder /var/lib/libvirt/images/copy");
        await CliAsync(guest, $"restore {first} --as older --folder /var/lib/libvirt/images/older");
        await guest.RunAsync($"qemu-img compare {Image} /var/lib/libvirt/images/copy/*.qcow2");
        Assert.Contains("Content mismatch at offset 1048576", await guest.RunAsync($"qemu-img compare {Image} /var/lib/libvirt/images/older/*.qcow2 || true"), StringComparison.Ordinal);
        await guest.RunAsync("virsh -q start --paused copy && virsh -q destroy copy", Long);
    }

    /// <summary>Killed, started by systemd; updated, with what its owner changed in the settings kept.</summary>
    private static async Task LiveAsync(TestGuest guest, string point)
    {
        await guest.RunAsync("kill -9 $(systemctl show -P MainPID stillpointd)");
        await ListensAsync(guest);
        await guest.RunAsync("echo '// mine' >> /etc/stillpoint/stillpointd.json; dpkg -i /mnt/package/stillpoint.deb", Long);
        await ListensAsync(guest);
        Assert.Equal("// mine", (await guest.RunAsync("tail -n 1 /etc/stillpoint/stillpointd.json")).Trim());
        Assert.Equal(point, (await CliAsync(guest, "point show latest --vm inner")).GetProperty("point").GetString());
    }

    private static async Task RemoveAsync(TestGuest guest)
    {
        await guest.RunAsync("dpkg -r stillpoint", Long);
        Assert.Equal("gone", (await guest.RunAsync("systemctl is-active -q stillpointd || [ -e /usr/lib/stillpoint ] || echo gone")).Trim());
        Assert.Contains("/var/lib/stillpoint is left", await guest.RunAsync("dpkg -P stillpoint 2>&1", Long), StringComparison.Ordinal);
        await guest.RunAsync($"[ -s {Passphrase} ] && [ -d /data/vault/packs ] && [ -d /var/lib/stillpoint ] && ! [ -e /etc/stillpoint/stillpointd.json ]");
    }

    /// <summary>The service of now: its start's line stands behind the last start.</summary>
    private static async Task ListensAsync(TestGuest guest)
    {
        var seen = await guest.RunAsync(
            "for i in $(seq 240); do journalctl -u stillpointd -o cat _PID=$(systemctl show -P MainPID stillpointd) | grep 'listens at' && exit; sleep 0.5; done", Long);
        Assert.True(seen.Contains("listens at", StringComparison.Ordinal), await JournalAsync(guest));
    }

    private static Task<string> JournalAsync(TestGuest guest) => guest.RunAsync("journalctl -u stillpointd --no-pager -o cat | tail -n 60");

    /// <summary>Goes through the service: without it the command would say that nobody has its data folder, and with another in it be refused.</summary>
    private static async Task<JsonElement> CliAsync(TestGuest guest, string words) =>
        JsonDocument.Parse(await guest.RunAsync($"stillpoint {words} --json --yes 2>/tmp/said || {{ code=$?; cat /tmp/said >&2; exit $code; }}", Long)).RootElement;

    private const string Inner = """
        <domain type='qemu'>
          <name>inner</name>
          <memory unit='MiB'>64</memory>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source file='/var/lib/libvirt/images/inner.qcow2'/>
              <target dev='vda' bus='virtio'/>
            </disk>
            <controller type='usb' model='none'/>
            <memballoon model='none'/>
          </devices>
        </domain>
        """;
}
