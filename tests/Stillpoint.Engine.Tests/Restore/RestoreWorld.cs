using System.Diagnostics;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Engine.Tests.Restore;

/// <summary>
/// A folder with a VM's old disks, NVRAM and kernel, a host that knows the VM, and a point of it with other bytes: vda raw, vdb qcow2.
/// </summary>
internal sealed class RestoreWorld : IDisposable
{
    public const string VmUuid = "6a51c665-0000-4000-8000-0000000000aa";

    public RestoreWorld(bool qcow2 = true)
    {
        foreach (var folder in new[] { Disks, Root + "/data", Root + "/run" }) Directory.CreateDirectory(folder);
        Vda = Content(1, 5 * 65536 + 512);
        Vdb = Content(2, 4 * 65536);
        Vda.AsSpan(65536, 2 * 65536).Clear();
        Nvram = Content(3, 1000);
        Kernel = Content(4, 70_000);
        Xml = $"""
            <domain type='kvm' id='7'>
              <name>web1</name>
              <uuid>{VmUuid}</uuid>
              <os>
                <type arch='x86_64'>hvm</type>
                <nvram template='/t.fd'>{Disks}/nvram.fd</nvram>
                <kernel>{Disks}/vmlinuz</kernel>
              </os>
              <devices>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='raw'/>
                  <source file='{Disks}/vda.img' index='1'/>
                  <backingStore/>
                  <target dev='vda' bus='virtio'/>
                </disk>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='{(qcow2 ? "qcow2" : "raw")}'/>
                  <source file='{Disks}/vdb.img'/>
                  <backingStore type='file'><format type='qcow2'/><source file='/gone.qcow2'/></backingStore>
                  <target dev='vdb' bus='virtio'/>
                </disk>
                <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
              </devices>
            </domain>
            """;
        var metadata = new PointMetadata
        {
            VmId = VmUuid, VmName = "web1", HostName = "h", Taken = DateTimeOffset.UnixEpoch, Consistency = "file-system", DomainXml = Xml, Autostart = true,
            Disks =
            [
                new("vda", "raw", Vda.Length, "full", 0, 0, Disks + "/vda.img"),
                new("vdb", qcow2 ? "qcow2" : "raw", Vdb.Length, "full", 0, 0, Disks + "/vdb.img"),
            ],
            Files = [new("nvram", Disks + "/nvram.fd", "file:nvram", Nvram.Length), new("kernel", Disks + "/vmlinuz", "file:kernel", Kernel.Length)],
        };
        Vault = new(metadata, new Dictionary<string, byte[]> { ["vda"] = Vda, ["vdb"] = Vdb, ["file:nvram"] = Nvram, ["file:kernel"] = Kernel });
        Paths = new(Root + "/data", Root + "/run");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("sp-restore-").FullName;

    public string Disks => Root + "/disks";

    public string Xml { get; }

    public byte[] Vda { get; }

    public byte[] Vdb { get; }

    public byte[] Nvram { get; }

    public byte[] Kernel { get; }

    public PointInMemory Vault { get; }

    public EnginePaths Paths { get; }

    public RestoreHost Host { get; set; } = new();

    public List<JobEvent> Events { get; } = [];

    public JobId Job { get; } = JobId.New(TimeProvider.System);

    /// <summary>The old VM is still there: other bytes in all its files.</summary>
    public RestoreWorld WithOldVm()
    {
        Host.Definitions[Guid.Parse(VmUuid)] = Xml;
        foreach (var (name, bytes) in OldFiles()) File.WriteAllBytes(Disks + "/" + name, bytes);
        File.SetUnixFileMode(Disks + "/vda.img", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.WriteAllBytes(Disks + "/vmlinuz", Kernel);
        return this;
    }

    public static IReadOnlyDictionary<string, byte[]> OldFiles() => new Dictionary<string, byte[]>
    {
        ["vda.img"] = Content(11, 9000), ["vdb.img"] = Content(12, 8000), ["nvram.fd"] = Content(13, 1000),
    };

    public Task<RestoreResult> RunAsync(RestoreOrder order, IRestoreHooks? hooks = null, CancellationToken ct = default) =>
        Pipeline(hooks).RunAsync(order, ct);

    public RestoreRecovery Recovery() => new(Host, Paths);

    public RestorePipeline Pipeline(IRestoreHooks? hooks = null) => new(Host, Vault, Paths, new Collector(Events), TimeProvider.System, hooks);

    public async Task<FailureCode> FailsAsync(RestoreOrder order) =>
        (await Assert.ThrowsAsync<FailureException>(() => RunAsync(order))).Failure.Code;

    public string[] Names() => [.. Directory.GetFiles(Disks).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>No journal entry and no work folder is left.</summary>
    public void NothingIsOpen()
    {
        Assert.Empty(Directory.GetFileSystemEntries(Paths.Run));
        if (Directory.Exists(Paths.Data + "/restores")) Assert.Empty(Directory.GetFiles(Paths.Data + "/restores"));
    }

    public static byte[] Content(int seed, int bytes)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }

    public static async Task<string> ToolAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/" + program), $"{program} is not installed");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return await output;
    }

    /// <summary>A raw file's bytes, or a qcow2 image's as QEMU reads them.</summary>
    public async Task<byte[]> ReadImageAsync(string path, string format)
    {
        if (format == "raw") return await File.ReadAllBytesAsync(path);
        await ToolAsync("qemu-img", "check", "-q", "-f", "qcow2", path);
        var raw = Root + "/read.raw";
        await ToolAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, raw);
        return await File.ReadAllBytesAsync(raw);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class Collector(List<JobEvent> events) : IJobEvents
    {
        public void Publish(JobEvent jobEvent)
        {
            lock (events) events.Add(jobEvent);
        }
    }
}
