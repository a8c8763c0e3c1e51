using System.Globalization;
using System.Text.Json;
using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests.Chain;

/// <summary>One disk of a <see cref="BareVm"/>.</summary>
/// <param name="Source">Its file, or a block device's path below /dev.</param>
/// <param name="Inside">More elements of its XML.</param>
internal sealed record BareDisk(string Name, string Source, string Format = "qcow2", string Inside = "")
{
    public string Xml => Source.StartsWith("/dev/", StringComparison.Ordinal) ? Described("block", "dev") : Described("file", "file");

    private string Described(string type, string attribute) =>
        $"<disk type='{type}' device='disk'><driver name='qemu' type='{Format}'/><source {attribute}='{Source}'>{Inside}</source><target dev='{Name}' bus='virtio'/></disk>";
}

/// <summary>
/// A real VM without an operating system, started paused: libvirt, QEMU and images are what a case is about, and the test itself writes the disks, through
/// QEMU as a guest does. Costs a second where a booted guest costs half a minute.
/// </summary>
internal sealed class BareVm : IAsyncDisposable
{
    private const long Mebibyte = 1 << 20;

    private BareVm(PrivateLibvirt libvirt, TempFolder folder, string name) => (Libvirt, Folder, Name) = (libvirt, folder, name);

    public PrivateLibvirt Libvirt { get; }

    public TempFolder Folder { get; }

    public string Name { get; }

    /// <summary>Whether QEMU runs; nobody but the test starts or ends it.</summary>
    public bool IsOff { get; private set; } = true;

    /// <summary>Of 64 MiB, with 8 MiB of bytes in it.</summary>
    public static async Task<BareVm> DefineAsync(PrivateLibvirt libvirt, string name)
    {
        var folder = new TempFolder("/var/tmp");
        await MakeImageAsync(folder["vda.qcow2"], 1);
        return await DefineAsync(libvirt, folder, name, new BareDisk("vda", folder["vda.qcow2"]));
    }

    /// <param name="folder">Goes with the VM.</param>
    public static async Task<BareVm> DefineAsync(PrivateLibvirt libvirt, TempFolder folder, string name, params BareDisk[] disks)
    {
        var xml = folder["domain.xml"];
        await File.WriteAllTextAsync(xml, $"""
            <domain type='qemu'>
              <name>{name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
              <devices>{string.Concat(disks.Select(d => d.Xml))}<controller type='usb' model='none'/><memballoon model='none'/></devices>
            </domain>
            """);
        (await libvirt.VirshAsync("define", "--validate", xml)).Must();
        return new(libvirt, folder, name);
    }

    /// <summary>A qcow2 image of 64 MiB with 8 MiB of a seed's bytes in it.</summary>
    /// <param name="options">Of qemu-img create.</param>
    public static async Task MakeImageAsync(string path, int seed, params string[] options)
    {
        (await Tool.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", .. options, path, "64M"])).Must();
        (await Tool.RunAsync("qemu-io", "-f", "qcow2", "-c", Write(16 * Mebibyte, 8 * Mebibyte, seed), path)).Must();
    }

    public async Task StartAsync()
    {
        (await Libvirt.VirshAsync("start", Name, "--paused")).Must();
        IsOff = false;
    }

    /// <summary>As when it shuts down: QEMU closes its images in order.</summary>
    public async Task EndAsync()
    {
        (await Libvirt.VirshAsync("destroy", Name, "--graceful")).Must();
        IsOff = true;
    }

    /// <summary>Writes a MiB of bytes as the guest would: through QEMU, which knows of it in its bitmaps.</summary>
    public async Task WriteAsync(long offset, int seed, int disk = 0)
    {
        var command = $"qemu-io -d /machine/peripheral/virtio-disk{disk.ToString(CultureInfo.InvariantCulture)}/virtio-backend \"{Write(offset, Mebibyte, seed)}\"";
        (await Libvirt.VirshAsync("qemu-monitor-command", Name, "--hmp", command)).Must();
    }

    public async Task<string> VirshAsync(params string[] words) => (await Libvirt.VirshAsync(words)).Must().Out;

    /// <summary>What QEMU returned.</summary>
    public async Task<JsonElement> MonitorAsync(string command)
    {
        using var answer = JsonDocument.Parse(await VirshAsync("qemu-monitor-command", Name, command));
        return answer.RootElement.TryGetProperty("return", out var value) ? value.Clone() : throw new InvalidOperationException(answer.RootElement.ToString());
    }

    /// <summary>Names of its checkpoints in libvirt.</summary>
    public async Task<string[]> CheckpointsAsync() =>
        [.. (await VirshAsync("checkpoint-list", Name, "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    public async ValueTask DisposeAsync()
    {
        await Libvirt.VirshAsync("destroy", Name);
        await Libvirt.VirshAsync("undefine", Name, "--checkpoints-metadata", "--snapshots-metadata", "--managed-save");
        Folder.Dispose();
    }

    // One byte over and over would be stored as almost nothing; a pattern per seed is enough to tell contents apart.
    private static string Write(long offset, long length, int seed) =>
        string.Create(CultureInfo.InvariantCulture, $"write -q -P {seed} {offset} {length}");
}
