using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Keys;

/// <summary>A change of keys dies, or stalls, at every call that changes the store: some key always opens the vault, and data are not touched.</summary>
public sealed class KeyChangeCrashTests
{
    private static readonly Dictionary<string, Func<Stillpoint.Vault.Stores.IBlobStore, Task>> Changes = new()
    {
        ["add"] = store => VaultKeys.AddPassphraseAsync(store, new Passphrase("old"), "new", "second", TimeProvider.System, default),
        ["change"] = store => VaultKeys.ChangePassphraseAsync(store, new Passphrase("old"), "new", TimeProvider.System, default),
        ["export"] = store => VaultKeys.ExportRecoveryKeyAsync(store, new Passphrase("old"), "second", TimeProvider.System, default),
        ["remove"] = store => VaultKeys.RemoveAsync(store, new Passphrase("old"), "Ada", TimeProvider.System, default),
    };

    [Theory]
    [InlineData("add", "old new ada")]
    [InlineData("change", "new ada")]
    [InlineData("export", "old ada")]
    [InlineData("remove", "old")]
    public async Task Death_AtEveryStoreCall_AKeyOpensAndTheChangeCanBeMadeAgain(string change, string openAtTheEnd)
    {
        var (clean, recovery) = await VaultWithThreeKeysAsync();
        var whole = new FaultStore(MemoryStore.Of(clean), (_, _) => null);
        await Changes[change](whole);
        Assert.True(whole.Calls.Count >= 3, "lease, slot, lease at least");
        for (var at = 0; at < whole.Calls.Count; at++)
        {
            var (store, n) = (MemoryStore.Of(clean), at);
            await Assert.ThrowsAnyAsync<Exception>(() => Changes[change](new FaultStore(store, (i, _) => i >= n ? new DeathException() : null)));
            await (await OpenVault.OpenAsync(store, new RecoveryKey(recovery), TimeProvider.System, default)).DisposeAsync();
            var open = await OpenAsync(store);
            Assert.True(open.Contains("old") || open.Contains("new"), $"after call {n} neither opens");

            store.Now += TimeSpan.FromMinutes(11); // the dead process's lease runs out
            if (open.Contains("old") && !(change == "remove" && !open.Contains("ada"))) await Changes[change](store);
            Assert.Equal(openAtTheEnd.Split(' ').Order(), (await OpenAsync(store)).Order());
            await (await OpenVault.OpenAsync(store, new RecoveryKey(recovery), TimeProvider.System, default)).DisposeAsync();
            Assert.Equal(Data(clean), Data(store.Content));
        }
    }

    [Fact]
    public async Task Change_StalledPastItsLease_LeavesTheOldKeyAndSaysSo()
    {
        var (clean, _) = await VaultWithThreeKeysAsync();
        var store = MemoryStore.Of(clean);
        var stalling = new FaultStore(store, (_, call) =>
        {
            if (call.StartsWith("put keys/", StringComparison.Ordinal)) store.Now += TimeSpan.FromMinutes(11);
            return null;
        });
        var e = await Assert.ThrowsAsync<FailureException>(() => Changes["change"](stalling));
        Assert.Equal(FailureCode.VaultLeaseLost, e.Failure.Code);
        Assert.Equal(["ada", "new", "old"], (await OpenAsync(store)).Order());
    }

    [Fact]
    public async Task Change_NewSlotComesBackDifferent_LeavesTheOldKey()
    {
        var (clean, _) = await VaultWithThreeKeysAsync();
        var store = MemoryStore.Of(clean);
        var lying = new FaultStore(store, (_, call) =>
        {
            // A store that says it stored the new slot and has other bytes under its name.
            if (call.StartsWith("put keys/", StringComparison.Ordinal)) store.TryPutAsync(call["put ".Length..], ["something else"u8.ToArray()], default).GetAwaiter().GetResult();
            return null;
        });
        Assert.Equal(FailureCode.VaultDamaged, (await Assert.ThrowsAsync<FailureException>(() => Changes["change"](lying))).Failure.Code);
        Assert.DoesNotContain(lying.Calls, c => c.StartsWith("delete keys/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Remove_ByLabel_TakesTheOneThatHasIt()
    {
        var (clean, _) = await VaultWithThreeKeysAsync();
        var store = MemoryStore.Of(clean);
        await Changes["add"](store);
        await VaultKeys.AddPassphraseAsync(store, new Passphrase("old"), "third", "second", TimeProvider.System, default);
        Task remove(string key) => VaultKeys.RemoveAsync(store, new Passphrase("old"), key, TimeProvider.System, default);
        Assert.Equal(FailureCode.VaultKeyAmbiguous, (await Assert.ThrowsAsync<FailureException>(() => remove("second"))).Failure.Code);
        Assert.Equal(FailureCode.VaultKeyNotFound, (await Assert.ThrowsAsync<FailureException>(() => remove(""))).Failure.Code);
        await remove("Ada");
        Assert.Equal(["new", "old"], (await OpenAsync(store)).Order());
    }

    private static async Task<(IReadOnlyDictionary<string, byte[]> Content, string Recovery)> VaultWithThreeKeysAsync()
    {
        var store = new MemoryStore();
        var made = await VaultInit.CreateAsync(store, new(16 * 1024, PassphraseRounds: 1), "old", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("old"), TimeProvider.System, default);
        await TestVault.PutAsync(vault, TestData.Disk(100_000, 1));
        await VaultKeys.AddPassphraseAsync(store, new Passphrase("old"), "ada", "Ada", TimeProvider.System, default);
        return (store.Content, made.RecoveryKey);
    }

    private static async Task<List<string>> OpenAsync(MemoryStore store)
    {
        var open = new List<string>();
        foreach (var passphrase in new[] { "old", "new", "ada" })
        {
            try
            {
                await (await OpenVault.OpenAsync(store, new Passphrase(passphrase), TimeProvider.System, default)).DisposeAsync();
                open.Add(passphrase);
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.VaultWrongPassphrase)
            {
                // that one does not open it
            }
        }
        return open;
    }

    private static Dictionary<string, string> Data(IReadOnlyDictionary<string, byte[]> content) => content
        .Where(o => !o.Key.StartsWith("keys/", StringComparison.Ordinal) && !o.Key.StartsWith("leases/", StringComparison.Ordinal))
        .ToDictionary(o => o.Key, o => Convert.ToHexString(o.Value));

    private sealed class DeathException : Exception;
}
