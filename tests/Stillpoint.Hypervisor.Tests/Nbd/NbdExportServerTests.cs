using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Hypervisor.Nbd.Server;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

[Trait("Needs", "tools")]
public sealed class NbdExportServerTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TestImages _images = new();

    public NbdExportServerTests() => TestImages.NeedTools("nbdinfo", "nbdcopy", "qemu-img");

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Nbdinfo_TwoExports_ListsBothWithTheirFacts()
    {
        await using var server = Serve(Disk("vda", 4 * MiB, 1), Disk("vdb", 3 * MiB, 2));
        var list = await TestImages.RunAsync("nbdinfo", "--list", Uri(""));
        Assert.Contains("export=\"vda\"", list, StringComparison.Ordinal);
        Assert.Contains("export=\"vdb\"", list, StringComparison.Ordinal);
        var one = await TestImages.RunAsync("nbdinfo", Uri("vdb"));
        Assert.Contains("export-size: 3145728", one, StringComparison.Ordinal);
        Assert.Contains("is_read_only: true", one, StringComparison.Ordinal);
        Assert.Contains("can_multi_conn: true", one, StringComparison.Ordinal);
        Assert.Contains("base:allocation", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdinfo_Map_TellsZeroRunsFromData()
    {
        await using var server = Serve(Disk("vda", 4 * MiB, 1));
        var map = await TestImages.RunAsync("nbdinfo", "--map", Uri("vda"));
        string[][] expected = [["0", "1048576", "0", "data"], ["1048576", "2097152", "3", "hole,zero"], ["3145728", "1048576", "0", "data"]];
        Assert.Equal(
            expected, map.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData("--connections=1")]
    [InlineData("--connections=4")]
    [InlineData("--request-size=33554432")]
    public async Task Nbdcopy_WholeDisk_GivesTheBytes(string option)
    {
        var disk = Disk("vda", 70 * MiB, 3);
        await using var server = Serve(disk);
        await TestImages.RunAsync("nbdcopy", option, Uri("vda"), _images["copy.raw"]);
        Assert.True(File.ReadAllBytes(_images["copy.raw"]).AsSpan().SequenceEqual(disk.Content));
    }

    [Fact]
    public async Task QemuImg_Convert_GivesTheBytes()
    {
        var disk = Disk("vda", 8 * MiB, 4);
        await using var server = Serve(disk, Disk("vdb", MiB * 3, 5));
        File.WriteAllBytes(_images["expected.raw"], disk.Content);
        await TestImages.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", Uri("vda"), _images["copy.qcow2"]);
        await TestImages.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _images["expected.raw"], _images["copy.qcow2"]);
    }

    [Fact]
    public async Task NbdDiskSource_ReadsAndExtents_AreTheExports()
    {
        var disk = Disk("vda", 8 * MiB, 6);
        await using var server = Serve(disk);
        await using var source = await NbdDiskSource.ConnectAsync(server.SocketPath, "vda", "vda", null, 4, TimeProvider.System, default);
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, ct) =>
        {
            var offset = (i * 40_009) % (disk.Content.Length - 5000);
            var buffer = DiskBuffers.Allocate(5000);
            await source.ReadAsync(offset, buffer, ct);
            Assert.True(buffer.AsSpan().SequenceEqual(disk.Content.AsSpan(offset, 5000)));
        });
        Assert.Equal(
            [new(0, MiB, false, true), new(MiB, 6 * MiB, true, true), new(7 * MiB, MiB, false, true)],
            await source.ExtentsAsync(default).ToListAsync());
    }

    [Fact]
    public async Task Read_FailsInTheExport_IsAnErrorOfThatReadOnly()
    {
        var disk = Disk("vda", 4 * MiB, 7);
        await using var server = Serve(new MemoryExport("vda", disk.Content, [], damagedAt: MiB));
        await using var source = await NbdDiskSource.ConnectAsync(server.SocketPath, "vda", "vda", null, 1, TimeProvider.System, default);
        var buffer = DiskBuffers.Allocate(4096);
        var error = await Assert.ThrowsAsync<FailureException>(async () => await source.ReadAsync(MiB, buffer, default));
        Assert.Equal(FailureCode.DiskReadFailed, error.Failure.Code);
        await source.ReadAsync(0, buffer, default);
        Assert.True(buffer.AsSpan().SequenceEqual(disk.Content.AsSpan(0, 4096)));
        Assert.Equal(FailureCode.VaultDamaged, Assert.Single(server.Failures).Code);
    }

    [Fact]
    public async Task Write_ByAClientThatInsists_IsNotPermitted()
    {
        await using var server = Serve(Disk("vda", MiB * 3, 8));
        await using var target = await NbdDiskTarget.ConnectAsync(server.SocketPath, "vda", "x", fresh: false, 1, TimeProvider.System, default);
        var error = await Assert.ThrowsAsync<FailureException>(async () => await target.WriteAsync(0, DiskBuffers.Allocate(4096), default));
        Assert.Equal(FailureCode.TargetWriteFailed, error.Failure.Code);
        await target.FlushAsync(default);
    }

    [Fact]
    public async Task Listen_SocketInUseStaleOrAFile_TakesOnlyTheStale()
    {
        await using (Serve(Disk("vda", 3 * MiB, 9)))
            Assert.Equal(FailureCode.TargetExists, Assert.Throws<FailureException>(() => { Listen(); }).Failure.Code);
        using (var left = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            left.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_images["stale"]));
            // .NET removes the name it bound when it closes the socket; a killed server does not.
            File.Move(_images["stale"], _images["sock"]);
        }
        Listen().Dispose();
        File.WriteAllText(_images["sock"], "mine");
        Assert.Equal(FailureCode.TargetExists, Assert.Throws<FailureException>(() => { Listen(); }).Failure.Code);
        Assert.Equal("mine", File.ReadAllText(_images["sock"]));

        NbdExportServer Listen() => NbdExportServer.Listen([], _images["sock"], TimeProvider.System);
    }

    [Fact]
    [Trait("Needs", "vm")]
    public async Task Guestfish_FileSystemOnTheExport_GivesTheFile()
    {
        TestImages.NeedTools("guestfish", "mke2fs");
        Directory.CreateDirectory(_images["root"]);
        await File.WriteAllTextAsync(Path.Combine(_images["root"], "hello.txt"), "from the point\n");
        await TestImages.RunAsync("mke2fs", "-q", "-t", "ext4", "-d", _images["root"], _images["fs.raw"], "16M");
        await using var server = Serve(new MemoryExport("vda", await File.ReadAllBytesAsync(_images["fs.raw"]), []));
        Environment.SetEnvironmentVariable("LIBGUESTFS_BACKEND", "direct");
        Environment.SetEnvironmentVariable("LIBGUESTFS_BACKEND_SETTINGS", "force_tcg");
        var text = await TestImages.RunAsync(
            "guestfish", "--ro", "--format=raw", "-a", $"nbd:///vda?socket={server.SocketPath}", "-m", "/dev/sda", "cat", "/hello.txt");
        Assert.Equal("from the point\n", text.TrimEnd('\n') + "\n");
    }

    private RunningServer Serve(params INbdExport[] exports) => new(_images["sock"], TimeProvider.System, exports);

    private string Uri(string export) => $"nbd+unix:///{export}?socket={_images["sock"]}";

    /// <summary>The first and the last MiB are random, what is between is zero.</summary>
    private static KnownDisk Disk(string name, int size, int seed) => new(name, size, seed);

    private sealed class KnownDisk : INbdExport
    {
        private readonly MemoryExport _export;

        public KnownDisk(string name, int size, int seed)
        {
            Content = new byte[size];
            new Random(seed).NextBytes(Content.AsSpan(0, MiB));
            new Random(-seed).NextBytes(Content.AsSpan(size - MiB));
            _export = new(name, Content, [new(0, MiB, false), new(MiB, size - (2 * MiB), true), new(size - MiB, MiB, false)]);
        }

        public byte[] Content { get; }

        public string Name => _export.Name;

        public long SizeBytes => Content.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct) => _export.ReadAsync(offset, buffer, ct);

        public IAsyncEnumerable<NbdExportExtent> ExtentsAsync(CancellationToken ct) => _export.ExtentsAsync(ct);
    }
}
