using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

[Trait("Needs", "tools")]
public sealed class QemuNbdTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TestImages _images = new();

    public QemuNbdTests() => TestImages.NeedTools("qemu-nbd", "qemu-img", "qemu-io", "setpriv");

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task StartReadOnlyAsync_NoSuchBitmap_IsCheckpointInconsistent()
    {
        await _images.CreateAsync("disk.qcow2", "1M");
        var error = await Assert.ThrowsAsync<FailureException>(() => QemuNbd.StartReadOnlyAsync(
            _images["disk.qcow2"], "qcow2", "vda", "nosuch", _images["sock"], TimeProvider.System, default));
        Assert.Equal(FailureCode.CheckpointInconsistent, error.Failure.Code);
        Assert.Contains("not found", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartReadOnlyAsync_NotAnImage_IsDiskReadFailedInQemusWords()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 1);
        var error = await Assert.ThrowsAsync<FailureException>(() => QemuNbd.StartReadOnlyAsync(
            _images["disk.raw"], "qcow2", "vda", null, _images["sock"], TimeProvider.System, default));
        Assert.Equal(FailureCode.DiskReadFailed, error.Failure.Code);
        Assert.Contains("not in qcow2 format", error.Failure.Evidence[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartReadOnlyAsync_CommaInTheNameAndImageOpenElsewhere_Serves()
    {
        var content = _images.WriteRandom("a,b.raw", MiB, seed: 2);
        await using var first = await QemuNbd.StartWritableAsync(_images["a,b.raw"], "raw", "x", _images["sock1"], TimeProvider.System, default);
        await using var second = await QemuNbd.StartReadOnlyAsync(_images["a,b.raw"], "raw", "x", null, _images["sock2"], TimeProvider.System, default);
        await using var source = await NbdDiskSource.ConnectAsync(_images["sock2"], "x", "vda", null, 1, TimeProvider.System, default);
        var buffer = DiskBuffers.Allocate(content.Length);
        await source.ReadAsync(0, buffer, default);
        Assert.True(buffer.AsSpan().SequenceEqual(content));
    }

    [Fact]
    public async Task StartReadOnlyAsync_TerminalsInterrupt_IsNotForTheServer()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 5);
        await using var server = await QemuNbd.StartReadOnlyAsync(_images["disk.raw"], "raw", "x", null, _images["sock"], TimeProvider.System, default);
        var stat = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/stat");
        Assert.Contains("(qemu-nbd)", stat, StringComparison.Ordinal);
        var session = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
        Assert.Equal(server.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), session);
    }

    [Fact]
    public async Task DisposeAsync_ServerStopped_EndsItAndItsSocket()
    {
        _images.WriteRandom("disk.raw", MiB, seed: 3);
        var server = await QemuNbd.StartReadOnlyAsync(_images["disk.raw"], "raw", "x", null, _images["sock"], TimeProvider.System, default);
        Assert.True(File.Exists(_images["sock"]));
        await server.DisposeAsync();
        Assert.False(File.Exists(_images["sock"]));
        Assert.False(Directory.Exists("/proc/" + server.ProcessId));
    }

    [Fact]
    public async Task NbdDiskTarget_WritesAndZeroes_AreInTheImage()
    {
        var content = _images.WriteRandom("content.raw", 4 * MiB, seed: 4);
        await _images.CreateAsync("disk.qcow2", "4M");
        await using (var server = await QemuNbd.StartWritableAsync(_images["disk.qcow2"], "qcow2", "x", _images["sock"], TimeProvider.System, default))
        {
            await using var target = await NbdDiskTarget.ConnectAsync(_images["sock"], "x", _images["disk.qcow2"], fresh: false, 4, TimeProvider.System, default);
            Assert.Equal(content.Length, target.SizeBytes);
            await Parallel.ForAsync(0, 64, async (i, ct) => await target.WriteAsync(i * 65536, content.AsMemory(i * 65536, 65536), ct));
            await target.ZeroAsync(MiB + 512, MiB, default);
            await target.FlushAsync(default);
        }
        content.AsSpan(MiB + 512, MiB).Clear();
        File.WriteAllBytes(_images["content.raw"], content);
        await TestImages.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _images["content.raw"], _images["disk.qcow2"]);
        await TestImages.RunAsync("qemu-img", "check", "-q", _images["disk.qcow2"]);
    }
}
