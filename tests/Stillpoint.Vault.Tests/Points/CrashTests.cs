using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

/// <summary>The writer dies, or the store fills up, at every call that changes the store.</summary>
public sealed class CrashTests
{
    private const int BlockSize = 16 * 1024;
    private readonly byte[] _first = TestData.Disk(20 * BlockSize, 1);
    private readonly byte[] _second = TestData.Disk(20 * BlockSize, 2);

    [Fact]
    public async Task Commit_DeathAtEveryStoreCall_PointIsWholeOrAbsentAndTheVaultGoesOn()
    {
        var (clean, p1) = await VaultWithOnePointAsync();
        var calls = await BackupAsync(MemoryStore.Of(clean), (_, _) => null);
        Assert.Contains(calls, c => c.StartsWith("put packs/", StringComparison.Ordinal));
        Assert.Contains(calls, c => c.StartsWith("put points/", StringComparison.Ordinal));
        var committed = 0;
        // Packs come from two threads, so their order varies; the number of calls does not.
        for (var at = 0; at < calls.Count; at++)
        {
            var store = MemoryStore.Of(clean);
            var n = at;
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                if (await BackupAsync(store, (i, _) => i >= n ? new DeathException() : null) is var done && done.Count > n) throw new DeathException();
            });
            await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
            Assert.Empty(await vault.ListDamagedAsync(default));
            var points = await vault.ListPointsAsync(null, default);
            Assert.Equal(_first, await TestVault.CopyAsync(vault, points.Single(p => p.Id == p1)));
            foreach (var other in points.Where(p => p.Id != p1))
            {
                committed++;
                Assert.Equal(_second, await TestVault.CopyAsync(vault, other));
            }
            Assert.Empty((await VaultVerify.FullAsync(vault, null, default)).Damage);
            var next = await TestVault.PutAsync(vault, _second);
            Assert.Equal(_second, await TestVault.CopyAsync(vault, next));
        }
        // After the manifest only the pending manifest and the lease are put away.
        Assert.Equal(2, committed);
    }

    [Fact]
    public async Task Commit_StoreFullAtEveryPut_SaysFullAndLeavesTheVaultGood()
    {
        var (clean, p1) = await VaultWithOnePointAsync();
        var puts = (await BackupAsync(MemoryStore.Of(clean), (_, _) => null)).Count(c => c.StartsWith("put ", StringComparison.Ordinal));
        for (var at = 0; at < puts; at++)
        {
            var store = MemoryStore.Of(clean);
            var (n, left) = (0, at);
            var e = await Assert.ThrowsAsync<FailureException>(() => BackupAsync(store, (_, call) =>
                call.StartsWith("put ", StringComparison.Ordinal) && n++ >= left ? new FailureException(FailureCode.VaultFull, Stage.Store, ("path", "x"), ("free", "0")) : null));
            Assert.Equal(FailureCode.VaultFull, e.Failure.Code);
            await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
            Assert.Equal(_first, await TestVault.CopyAsync(vault, Assert.Single(await vault.ListPointsAsync(null, default))));
            Assert.Equal(_second, await TestVault.CopyAsync(vault, await TestVault.PutAsync(vault, _second)));
        }
    }

    [Fact]
    public async Task Put_AfterTheStoreFailed_ThrowsTheSameFailure()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        var faulty = new FaultStore(store, (_, call) => call.StartsWith("put packs/", StringComparison.Ordinal) ? new FailureException(FailureCode.VaultFull, Stage.Store) : null);
        await using var vault = await OpenVault.OpenAsync(faulty, new Passphrase("p"), TimeProvider.System, default);
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        var tree = writer.BeginTree("vda", 1L << 40, null);
        var block = new byte[BlockSize];
        var random = new Random(1);
        var e = Assert.Throws<FailureException>(() =>
        {
            for (var i = 0; i < 20_000; i++) // more than all buffers hold: it must come to light while putting
            {
                random.NextBytes(block);
                tree.Put(i, block);
            }
        });
        Assert.Equal(FailureCode.VaultFull, e.Failure.Code);
        Assert.Equal(FailureCode.VaultFull, Assert.Throws<FailureException>(() => tree.Put(30_000, block)).Failure.Code);
        Assert.Equal(FailureCode.VaultFull, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(0, default, default))).Failure.Code);
    }

    private async Task<(IReadOnlyDictionary<string, byte[]> Content, PointId First)> VaultWithOnePointAsync()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var point = await TestVault.PutAsync(vault, _first);
        return (store.Content, point.Id);
    }

    private async Task<List<string>> BackupAsync(MemoryStore store, Func<int, string, Exception?> fault)
    {
        var faulty = new FaultStore(store, fault);
        await using var vault = await OpenVault.OpenAsync(faulty, new Passphrase("p"), TimeProvider.System, default);
        var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        await using (writer)
        {
            var tree = writer.BeginTree("vda", _second.Length, null);
            foreach (var b in TestVault.Blocks(tree.BlockCount)) tree.Put(b, TestVault.Block(_second, b, BlockSize));
            await writer.CommitAsync(1, default, default);
        }
        return faulty.Calls;
    }

    /// <summary>The process is gone: no call after it happens either.</summary>
    private sealed class DeathException : Exception;
}
