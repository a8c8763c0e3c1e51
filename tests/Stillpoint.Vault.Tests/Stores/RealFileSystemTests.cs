using System.Diagnostics;
using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>A file system that is really full, or really read-only: a small tmpfs.</summary>
[Trait("Needs", "tools")]
public sealed class RealFileSystemTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"stillpoint-test-{Guid.NewGuid():N}");
    private bool _mounted;

    [Fact]
    public async Task Commit_DiskFullMidTransfer_SaysFullWithWhatIsFree_OldPointReads()
    {
        Mount("size=24m");
        var store = new FolderStore(_folder);
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var small = TestData.Disk(1_000_000, 1);
        var p1 = await TestVault.PutAsync(vault, small);
        var large = new byte[60_000_000];
        new Random(1).NextBytes(large);
        var e = await Assert.ThrowsAsync<FailureException>(() => TestVault.PutAsync(vault, large));
        Assert.Equal(FailureCode.VaultFull, e.Failure.Code);
        Assert.True(long.Parse(e.Failure.Arguments["free"], System.Globalization.CultureInfo.InvariantCulture) < 24 << 20);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "tmp")));
        Assert.Equal(small, await TestVault.CopyAsync(vault, Assert.Single(await vault.ListPointsAsync(null, default))));
        Assert.Equal(p1.Id, (await vault.FindPointAsync(p1.Id.ToString()[..20], default)).Id);
    }

    [Fact]
    public async Task FullVault_WithItsReserve_ForgetAndGcNowFreeIt()
    {
        Mount("size=64m");
        var store = new FolderStore(_folder);
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        await VaultGc.MakeReserveAsync(store, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var first = new byte[20_000_000];
        new Random(1).NextBytes(first);
        var second = (byte[])first.Clone();
        new Random(2).NextBytes(second.AsSpan(0, 4_000_000));
        var p1 = await TestVault.PutAsync(vault, first);
        await TestVault.PutAsync(vault, second, p1);
        Fill(Path.Combine(_folder, "tmp", "filler"));
        Assert.Equal(FailureCode.VaultFull, (await Assert.ThrowsAsync<FailureException>(() => TestVault.PutAsync(vault, first))).Failure.Code);
        await VaultForget.ForgetAsync(vault, [p1], default);
        var report = await VaultGc.RunAsync(vault, new(Now: true), default);
        Assert.Single(report.PointsTaken);
        Assert.False(report.Unfinished);
        var left = Assert.Single(await vault.ListPointsAsync(null, default));
        Assert.Equal(second, await TestVault.CopyAsync(vault, left));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder, "reserve")));
    }

    [Fact]
    public async Task ReadOnlyVault_IsReadAndListed_AndRefusesToBeWritten()
    {
        Mount("size=24m");
        var store = new FolderStore(_folder);
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        var content = TestData.Disk(1_000_000, 1);
        await using (var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default)) await TestVault.PutAsync(vault, content);
        Run("mount", "-o", "remount,ro", _folder);
        await using var frozen = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        Assert.Equal(content, await TestVault.CopyAsync(frozen, Assert.Single(await frozen.ListPointsAsync(null, default))));
        Assert.True((await VaultVerify.FullAsync(frozen, null, default)).IsWhole);
        var e = await Assert.ThrowsAsync<FailureException>(() => TestVault.PutAsync(frozen, content));
        Assert.Equal(FailureCode.VaultReadOnly, e.Failure.Code);
    }

    public void Dispose()
    {
        if (_mounted) Run("umount", _folder);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static void Fill(string file)
    {
        using var rest = File.Create(file);
        var block = new byte[4096];
        try
        {
            for (var i = 0; i < 100_000; i++)
            {
                rest.Write(block);
                rest.Flush();
            }
            Assert.Fail("the file system never was full");
        }
        catch (IOException)
        {
            // full
        }
    }

    private void Mount(string options)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root, to mount a small tmpfs");
        Directory.CreateDirectory(_folder);
        Assert.SkipUnless(TryRun("mount", "-t", "tmpfs", "-o", options, "stillpoint-test", _folder) == 0, "mounting a tmpfs is not permitted here");
        _mounted = true;
    }

    private static void Run(string program, params string[] arguments) => Assert.Equal(0, TryRun(program, arguments));

    private static int TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
