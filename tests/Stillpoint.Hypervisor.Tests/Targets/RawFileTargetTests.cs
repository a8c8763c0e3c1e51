using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Targets;

public sealed class RawFileTargetTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_FromManyThreads_IsInTheFileAndTheRestIsAHole()
    {
        var content = new byte[64 * 65536];
        new Random(1).NextBytes(content);
        await using (var target = RawFileTarget.Create(_folder["disk"], 64 * MiB))
        {
            await Parallel.ForAsync(0, 64, async (i, ct) => await target.WriteAsync(i * (long)MiB, content.AsMemory(i * 65536, 65536), ct));
            await target.ZeroAsync(MiB / 2, MiB / 4, default);
            await target.FlushAsync(default);
        }
        using var file = File.OpenHandle(_folder["disk"]);
        Assert.Equal(64 * MiB, RandomAccess.GetLength(file));
        var found = new byte[65536];
        for (var i = 0; i < 64; i++)
        {
            RandomAccess.Read(file, found, i * (long)MiB);
            Assert.True(found.AsSpan().SequenceEqual(content.AsSpan(i * 65536, 65536)));
            RandomAccess.Read(file, found, (i * (long)MiB) + (MiB / 2));
            Assert.Equal(-1, found.AsSpan().IndexOfAnyExcept((byte)0));
        }
        Assert.InRange(HostFile.Find(_folder["disk"])!.AllocatedBytes, 4 * MiB, 8 * MiB);
    }

    [Fact]
    public async Task Write_AlignedAndNot_AnnouncedAndNot_IsAllThereAndOnlyThat()
    {
        var content = DiskBuffers.AllocateAligned(MiB);
        new Random(2).NextBytes(content.Span);
        var expected = new byte[(8 * MiB) + 100];
        await using (var target = RawFileTarget.Create(_folder["disk"], expected.Length))
        {
            await target.ExpectAsync(MiB, 2 * MiB, default);
            await target.ExpectAsync(8 * MiB, 100, default);
            await Parallel.ForAsync(1, 4, (i, ct) => Put(i * MiB, content));      // the last of them unannounced
            await Put(5 * MiB, content[..4096]);
            await Put((6 * MiB) + 512, content[..4096]);
            await Put(7 * MiB, content[1..4097]);
            await Put(8 * MiB, content[..100]);
            await target.FlushAsync(default);

            ValueTask Put(int offset, ReadOnlyMemory<byte> bytes)
            {
                bytes.CopyTo(expected.AsMemory(offset));
                return target.WriteAsync(offset, bytes, default);
            }
        }
        Assert.True(File.ReadAllBytes(_folder["disk"]).AsSpan().SequenceEqual(expected));
        Assert.InRange(HostFile.Find(_folder["disk"])!.AllocatedBytes, 3 * MiB, (3 * MiB) + (64 << 10));
    }

    [Fact]
    public void Create_SomethingIsThere_IsTargetExistsAndKeepsIt()
    {
        File.WriteAllText(_folder["disk"], "mine");
        Assert.Equal(FailureCode.TargetExists, Assert.Throws<FailureException>(() => RawFileTarget.Create(_folder["disk"], MiB)).Failure.Code);
        Assert.Equal("mine", File.ReadAllText(_folder["disk"]));
    }

    [Fact]
    public void Create_NoSuchFolder_IsTargetUnusable() => Assert.Equal(
        FailureCode.TargetUnusable, Assert.Throws<FailureException>(() => RawFileTarget.Create(_folder["no", "disk"], MiB)).Failure.Code);

    [Fact]
    public async Task Write_PastTheEnd_IsRefused()
    {
        await using var target = RawFileTarget.Create(_folder["disk"], MiB);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await target.WriteAsync(MiB - 1, new byte[2], default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await target.ZeroAsync(1, MiB, default));
    }

    [Fact]
    [Trait("Needs", Needs.Tools)]
    public async Task Write_FileSystemFull_IsTargetFull()
    {
        Needs.Root();
        Directory.CreateDirectory(_folder["small"]);
        Assert.SkipUnless(
            (await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", _folder["small"])).ExitCode == 0, "cannot mount a tmpfs here");
        try
        {
            await using var target = RawFileTarget.Create(_folder["small", "disk"], 4 * MiB);
            Assert.Equal(
                FailureCode.TargetFull, (await Assert.ThrowsAsync<FailureException>(async () => await target.ExpectAsync(0, 2 * MiB, default))).Failure.Code);
            var error = await Assert.ThrowsAsync<FailureException>(async () => await target.WriteAsync(0, new byte[2 * MiB], default));
            Assert.Equal(FailureCode.TargetFull, error.Failure.Code);
        }
        finally
        {
            (await Tool.RunAsync("umount", _folder["small"])).Must();
        }
    }

    [Fact]
    [Trait("Needs", Needs.Tools)]
    public async Task OpenDevice_LoopDevice_WritesZeroesAndKnowsItsSize()
    {
        Needs.Root();
        Needs.Programs("losetup");
        File.WriteAllBytes(_folder["backing"], [.. Enumerable.Repeat((byte)0xEE, 4 * MiB)]);
        var attached = await Tool.RunAsync("losetup", "--find", "--show", _folder["backing"]);
        Assert.SkipUnless(attached.ExitCode == 0, "no loop device here: " + attached.Error.Trim());
        var device = attached.Out.Trim();
        try
        {
            var small = Assert.Throws<FailureException>(() => RawFileTarget.OpenDevice(device, (4 * MiB) + 1)).Failure;
            Assert.Equal(FailureCode.TargetTooSmall, small.Code);
            Assert.Equal("4194304", small.Arguments["size"]);
            await using (var target = RawFileTarget.OpenDevice(device, (3 * MiB) + 100))
            {
                await target.WriteAsync(1000, new byte[] { 1, 2, 3 }, default);
                await target.ZeroAsync(MiB - 7, MiB + 20, default);
                await target.ZeroAsync((3 * MiB) + 90, 10, default);
                await target.FlushAsync(default);
            }
            var expected = Enumerable.Repeat((byte)0xEE, 4 * MiB).ToArray();
            (expected[1000], expected[1001], expected[1002]) = (1, 2, 3);
            expected.AsSpan(MiB - 7, MiB + 20).Clear();
            expected.AsSpan((3 * MiB) + 90, 10).Clear();
            Assert.True(File.ReadAllBytes(device).AsSpan().SequenceEqual(expected));
        }
        finally
        {
            (await Tool.RunAsync("losetup", "--detach", device)).Must();
        }
    }

    [Fact]
    public void OpenDevice_NoSuchDevice_IsTargetUnusable() => Assert.Equal(
        FailureCode.TargetUnusable, Assert.Throws<FailureException>(() => RawFileTarget.OpenDevice(_folder["none"], MiB)).Failure.Code);
}
