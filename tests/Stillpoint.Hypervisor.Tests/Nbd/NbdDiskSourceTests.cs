using System.Diagnostics;
using System.Net.Sockets;
using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

[Trait("Needs", "tools")]
public sealed class NbdDiskSourceTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TestImages _images = new();

    public NbdDiskSourceTests() => TestImages.NeedTools("qemu-nbd", "qemu-img", "qemu-io", "setpriv");

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task ReadAsync_ManyRandomRangesAtOnce_GivesTheFilesBytes(int connections)
    {
        var content = _images.WriteRandom("disk.raw", (8 * MiB) + 512, seed: 1);
        await using var server = await ServeAsync("disk.raw", "raw");
        await using var source = await ConnectAsync(server, connections);
        Assert.Equal(content.Length, source.SizeBytes);
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (i, ct) =>
        {
            var random = new Random(i);
            var offset = random.Next(content.Length - 1);
            var buffer = DiskBuffers.Allocate(1 + random.Next(Math.Min(300_000, content.Length - offset)));
            await source.ReadAsync(offset, buffer, ct);
            Assert.True(buffer.AsSpan().SequenceEqual(content.AsSpan(offset, buffer.Length)), $"{offset}+{buffer.Length}");
        });
    }

    [Fact]
    public async Task ReadAsync_LargestRequestAndLastByte_GivesTheFilesBytes()
    {
        var content = _images.WriteRandom("disk.raw", 33 * MiB, seed: 2);
        await using var server = await ServeAsync("disk.raw", "raw");
        await using var source = await ConnectAsync(server);
        var buffer = DiskBuffers.Allocate(32 * MiB);
        await source.ReadAsync(MiB, buffer, CancellationToken.None);
        Assert.True(buffer.AsSpan().SequenceEqual(content.AsSpan(MiB)));
        await source.ReadAsync(content.Length - 1, buffer.AsMemory(0, 1), CancellationToken.None);
        Assert.Equal(content[^1], buffer[0]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await source.ReadAsync(content.Length, buffer.AsMemory(0, 1), default));
    }

    [Fact]
    public async Task ExtentsAsync_DataZeroHoleAndBitmap_SaysWhatIsZeroAndWhatIsDirty()
    {
        await _images.CreateAsync("disk.qcow2", "16M");
        await _images.IoAsync("disk.qcow2", "write -P 7 0 2M", "write -P 8 4M 1M");
        await TestImages.RunAsync("qemu-img", "bitmap", "--add", _images["disk.qcow2"], "bm");
        await _images.IoAsync("disk.qcow2", "write -P 9 1M 64k", "write -z 4M 512k", "write -P 1 8M 128k");
        await using var server = await ServeAsync("disk.qcow2", "qcow2", "bm");
        await using var source = await ConnectAsync(server, dirty: "qemu:dirty-bitmap:bm");
        DiskExtent[] expected =
        [
            new(0, MiB, Zero: false, Dirty: false),
            new(MiB, 65536, Zero: false, Dirty: true),
            new(MiB + 65536, MiB - 65536, Zero: false, Dirty: false),
            new(2 * MiB, 2 * MiB, Zero: true, Dirty: false),
            new(4 * MiB, 524288, Zero: true, Dirty: true),
            new((4 * MiB) + 524288, 524288, Zero: false, Dirty: false),
            new(5 * MiB, 3 * MiB, Zero: true, Dirty: false),
            new(8 * MiB, 131072, Zero: false, Dirty: true),
            new((8 * MiB) + 131072, (8 * MiB) - 131072, Zero: true, Dirty: false),
        ];
        Assert.Equal(expected, await source.ExtentsAsync(CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task ExtentsAsync_HoleOverABackingFile_IsData()
    {
        await _images.CreateAsync("base.qcow2", "8M");
        await _images.IoAsync("base.qcow2", "write -P 7 1M 1M");
        await _images.CreateAsync("top.qcow2", "8M", backing: "base.qcow2");
        await _images.IoAsync("top.qcow2", "write -P 8 3M 1M", "write -z 1M 64k");
        await using var server = await ServeAsync("top.qcow2", "qcow2");
        await using var source = await ConnectAsync(server);
        DiskExtent[] expected =
        [
            new(0, MiB + 65536, Zero: true, Dirty: true),
            new(MiB + 65536, MiB - 65536, Zero: false, Dirty: true),
            new(2 * MiB, MiB, Zero: true, Dirty: true),
            new(3 * MiB, MiB, Zero: false, Dirty: true),
            new(4 * MiB, 4 * MiB, Zero: true, Dirty: true),
        ];
        Assert.Equal(expected, await source.ExtentsAsync(CancellationToken.None).ToListAsync());
        var buffer = DiskBuffers.Allocate(1);
        await source.ReadAsync((2 * MiB) - 1, buffer, CancellationToken.None);
        Assert.Equal(7, buffer[0]);
    }

    [Fact]
    public async Task ExtentsAsync_LargerThanOneQuestion_IsOneMergedRun()
    {
        await _images.CreateAsync("disk.qcow2", "5G");
        await using var server = await ServeAsync("disk.qcow2", "qcow2");
        await using var source = await ConnectAsync(server);
        Assert.Equal([new DiskExtent(0, 5L << 30, Zero: true, Dirty: true)], await source.ExtentsAsync(CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task ReadAsync_ServerFailsTheRead_IsDiskReadFailedWithOffset()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 3);
        using var server = Process.Start("qemu-nbd", [
            "-r", "-t", "-e", "8", "-x", "vda", "-k", _images["sock"], "--image-opts",
            "driver=blkdebug,inject-error.0.event=none,inject-error.0.iotype=read,inject-error.0.errno=5,inject-error.0.sector=1024," +
            "image.driver=file,image.filename=" + _images["disk.raw"]]);
        try
        {
            await using var source = await RetryAsync(() => NbdDiskSource.ConnectAsync(
                _images["sock"], "vda", "vda", null, 2, TimeProvider.System, CancellationToken.None));
            var buffer = DiskBuffers.Allocate(65536);
            var error = await Assert.ThrowsAsync<FailureException>(async () => await source.ReadAsync(524288, buffer, CancellationToken.None));
            Assert.Equal(FailureCode.DiskReadFailed, error.Failure.Code);
            Assert.Equal("524288", error.Failure.Arguments["offset"]);
            Assert.Contains("Input/output error", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
            await source.ReadAsync(0, buffer, CancellationToken.None);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task ReadAsync_ServerKilledWithReadsUnderWay_AllAreHostConnectionLost()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 4);
        await using var server = await ServeAsync("disk.raw", "raw");
        await using var source = await ConnectAsync(server);
        Signal(server, "STOP");
        var reads = Enumerable.Range(0, 100)
            .Select(i => source.ReadAsync(i * 4096, DiskBuffers.Allocate(4096), CancellationToken.None).AsTask()).ToArray();
        Signal(server, "KILL");
        foreach (var read in reads)
            Assert.Equal(FailureCode.HostConnectionLost, (await Assert.ThrowsAsync<FailureException>(() => read)).Failure.Code);
        var later = await Assert.ThrowsAsync<FailureException>(async () => await source.ReadAsync(0, DiskBuffers.Allocate(1), default));
        Assert.Equal(FailureCode.HostConnectionLost, later.Failure.Code);
    }

    [Fact]
    public async Task ReadAsync_CancelledWhileTheServerHangs_EndsAsCancelled()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 5);
        await using var server = await ServeAsync("disk.raw", "raw");
        await using var source = await ConnectAsync(server, clock: new FastClock());
        Signal(server, "STOP");
        using var cancel = new CancellationTokenSource();
        var reads = Enumerable.Range(0, 100).Select(i => source.ReadAsync(i * 4096, DiskBuffers.Allocate(4096), cancel.Token).AsTask()).ToArray();
        await cancel.CancelAsync();
        foreach (var read in reads) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Signal(server, "CONT");
    }

    [Fact]
    public async Task ReadAsync_ServerHangs_IsHostConnectionLostAfterTheLimit()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 6);
        await using var server = await ServeAsync("disk.raw", "raw");
        await using var source = await ConnectAsync(server, clock: new FastClock());
        Signal(server, "STOP");
        var error = await Assert.ThrowsAsync<FailureException>(async () => await source.ReadAsync(0, DiskBuffers.Allocate(4096), default));
        Assert.Equal(FailureCode.HostConnectionLost, error.Failure.Code);
        Assert.Contains("no answer", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
        Signal(server, "CONT");
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_IsHostConnectionLost()
    {
        var error = await Assert.ThrowsAsync<FailureException>(
            () => NbdDiskSource.ConnectAsync(_images["none"], "vda", "vda", null, 4, TimeProvider.System, CancellationToken.None));
        Assert.Equal(FailureCode.HostConnectionLost, error.Failure.Code);
        Assert.Contains("No such file", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_NoSuchExport_SaysSo()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 7);
        await using var server = await ServeAsync("disk.raw", "raw");
        var error = await Assert.ThrowsAsync<FailureException>(
            () => NbdDiskSource.ConnectAsync(server.SocketPath, "vdz", "vdz", null, 4, TimeProvider.System, CancellationToken.None));
        Assert.Contains("vdz", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_ServerNeverAnswersTheHandshake_IsBounded()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_images["sock"]));
        listener.Listen();
        var error = await Assert.ThrowsAsync<FailureException>(
            () => NbdDiskSource.ConnectAsync(_images["sock"], "vda", "vda", null, 4, new FastClock(), CancellationToken.None));
        Assert.Equal(FailureCode.HostConnectionLost, error.Failure.Code);
        Assert.Contains("handshake", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
        using var cancel = new CancellationTokenSource();
        var connect = NbdDiskSource.ConnectAsync(_images["sock"], "vda", "vda", null, 4, TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect);
    }

    [Fact]
    public async Task ConnectAsync_BitmapNotOffered_IsCheckpointInconsistent()
    {
        await _images.CreateAsync("disk.qcow2", "1M");
        await using var server = await ServeAsync("disk.qcow2", "qcow2");
        var error = await Assert.ThrowsAsync<FailureException>(() => ConnectAsync(server, dirty: "qemu:dirty-bitmap:bm"));
        Assert.Equal(FailureCode.CheckpointInconsistent, error.Failure.Code);
    }

    private Task<QemuNbd> ServeAsync(string name, string format, string? bitmap = null) =>
        QemuNbd.StartReadOnlyAsync(_images[name], format, "vda", bitmap, _images["sock"], TimeProvider.System, CancellationToken.None);

    private static Task<NbdDiskSource> ConnectAsync(QemuNbd server, int connections = 4, string? dirty = null, TimeProvider? clock = null) =>
        NbdDiskSource.ConnectAsync(server.SocketPath, "vda", "vda", dirty, connections, clock ?? TimeProvider.System, CancellationToken.None);

    private static void Signal(QemuNbd server, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, server.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> attempt)
    {
        for (var left = 500; ; left--)
        {
            try
            {
                return await attempt();
            }
            catch (FailureException) when (left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        }
    }
}
