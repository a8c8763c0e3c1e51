using System.Runtime.InteropServices;
using Stillpoint.Model;
using Stillpoint.Vault.Interop;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>What network file systems do to a folder, and what hosts leave in it that are no more.</summary>
public sealed class NetworkFolderTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"stillpoint-test-{Guid.NewGuid():N}");

    [Fact]
    public async Task Put_AnswerToTheLinkLost_FindsItsOwnWork()
    {
        var store = Store((from, to) => Posix.Link(from, to) == 0 ? Fail(Posix.Eexist) : -1);
        Assert.True(await store.TryPutAsync("a/b", [new byte[] { 7 }], default));
        Assert.Equal([7], await File.ReadAllBytesAsync(Path.Combine(_folder, "a/b")));
        Assert.False(await store.TryPutAsync("a/b", [new byte[] { 8 }], default));
        Assert.Equal([7], await File.ReadAllBytesAsync(Path.Combine(_folder, "a/b")));
    }

    [Fact]
    public async Task Put_AnotherWasFirst_IsStillTaken()
    {
        var store = Store((_, to) =>
        {
            File.WriteAllText(to, "theirs");
            return Fail(Posix.Eexist);
        });
        Assert.False(await store.TryPutAsync("a", [new byte[] { 7 }], default));
        Assert.Equal("theirs", await File.ReadAllTextAsync(Path.Combine(_folder, "a")));
    }

    [Fact]
    public async Task Vault_OnAFileSystemWithoutHardLinks_WorksAndNeverOverwrites()
    {
        var store = Store((_, _) => Fail(Posix.Eopnotsupp));
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var content = TestData.Disk(200_000, 1);
        Assert.Equal(content, await TestVault.CopyAsync(vault, await TestVault.PutAsync(vault, content)));
        Assert.Equal(FailureCode.VaultExists, (await Assert.ThrowsAsync<FailureException>(() => VaultInit.CreateAsync(store, TestVault.Settings(), "q", TimeProvider.System, default))).Failure.Code);
    }

    [Fact]
    public async Task Lease_OfAHostThatDied_BindsForItsDurationAndIsNamed()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        var (_, keys) = await VaultDoor.UnlockAsync(store, new Passphrase("p"), default);
        var gone = new ProcessIdentity("host-that-burnt", Guid.NewGuid(), 4711, 1);
        _ = await LeaseKeeper.TakeAsync(
            store, keys, new(LeaseKind.Writer, LeaseTerms.DefaultDuration, PointId.New(TimeProvider.System), null, gone, "backup of web"), new ManualClock(), default);

        Task change() => VaultKeys.AddPassphraseAsync(store, new Passphrase("p"), "q", "", TimeProvider.System, default);
        var e = await Assert.ThrowsAsync<FailureException>(change);
        Assert.Equal((FailureCode.VaultBusy, "host-that-burnt", "4711", "backup of web"), (e.Failure.Code, e.Failure.Arguments["host"], e.Failure.Arguments["pid"], e.Failure.Arguments["purpose"]));
        // Nobody here can know that it is dead: another boot's id proves nothing. Its time does.
        store.Now += TimeSpan.FromMinutes(9);
        await Assert.ThrowsAsync<FailureException>(change);
        store.Now += TimeSpan.FromMinutes(2);
        await change();
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("q"), TimeProvider.System, default);
        Assert.Equal((LeaseState.Expired, "host-that-burnt"), (await vault.ListLeasesAsync(default)).Select(l => (l.State, l.Host)).Single());
        var content = TestData.Disk(50_000, 2);
        Assert.Equal(content, await TestVault.CopyAsync(vault, await TestVault.PutAsync(vault, content)));
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private FolderStore Store(Func<string, string, int> link)
    {
        Directory.CreateDirectory(_folder);
        return new(_folder, new SystemCalls(Posix.Sync, link));
    }

    private static int Fail(int errno)
    {
        Marshal.SetLastPInvokeError(errno);
        return -1;
    }
}
