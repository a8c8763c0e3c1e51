using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Keys;

public sealed class VaultKeysTests
{
    private static readonly Passphrase Old = new(TestVault.Passphrase);

    [Fact]
    public async Task Open_WrongPassphrase_IsToldApartFromDamage()
    {
        await using var test = await TestVault.CreateAsync();
        Assert.Equal(FailureCode.VaultWrongPassphrase, await OpenFailure(test, new Passphrase("wrong")));
        Assert.Equal(FailureCode.VaultWrongPassphrase, await OpenFailure(test, new RecoveryKey("sprk1-nonsense")));
        var slot = Directory.GetFiles(Path.Combine(test.Folder, "keys"))[0];
        var bytes = await File.ReadAllBytesAsync(slot);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(slot, bytes);
        Assert.Equal(FailureCode.VaultDamaged, await OpenFailure(test, new Passphrase("wrong")));
    }

    [Fact]
    public async Task Open_RecoveryKeyOrKeyFile_Opens()
    {
        await using var test = await TestVault.CreateAsync();
        var typed = test.RecoveryKey.ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal).Replace("SPRK1 ", "sprk1-", StringComparison.Ordinal);
        await using var a = await OpenVault.OpenAsync(test.Store, new RecoveryKey(typed), TimeProvider.System, default);
        await using var b = await OpenVault.OpenAsync(test.Store, VaultSecret.FromKeyFile([.. System.Text.Encoding.UTF8.GetBytes(test.RecoveryKey + "\n")]), TimeProvider.System, default);
        await using var c = await OpenVault.OpenAsync(test.Store, VaultSecret.FromKeyFile("correct horse\n"u8), TimeProvider.System, default);
        Assert.Equal(a.Id, b.Id);
        Assert.Equal(a.Id, c.Id);
    }

    [Fact]
    public async Task AddPassphrase_BothOpen_DataUntouched()
    {
        await using var test = await TestVault.CreateAsync();
        await VaultKeys.AddPassphraseAsync(test.Store, Old, "second", "Ada", TimeProvider.System, default);
        await (await OpenVault.OpenAsync(test.Store, new Passphrase("second"), TimeProvider.System, default)).DisposeAsync();
        await (await test.OpenAsync()).DisposeAsync();
        Assert.Equal(["", "", "Ada"], (await VaultKeys.ListAsync(test.Store, default)).Select(k => k.Label));
    }

    [Fact]
    public async Task ChangePassphrase_OldNoLongerOpens()
    {
        await using var test = await TestVault.CreateAsync();
        await VaultKeys.ChangePassphraseAsync(test.Store, Old, "new", TimeProvider.System, default);
        Assert.Equal(FailureCode.VaultWrongPassphrase, await OpenFailure(test, Old));
        await (await OpenVault.OpenAsync(test.Store, new Passphrase("new"), TimeProvider.System, default)).DisposeAsync();
        await (await OpenVault.OpenAsync(test.Store, new RecoveryKey(test.RecoveryKey), TimeProvider.System, default)).DisposeAsync();
    }

    [Fact]
    public async Task ExportRecoveryKey_NewKeyOpens_RemovedKeyDoesNot()
    {
        await using var test = await TestVault.CreateAsync();
        var key = await VaultKeys.ExportRecoveryKeyAsync(test.Store, Old, "safe", TimeProvider.System, default);
        Assert.NotEqual(test.RecoveryKey, key);
        await (await OpenVault.OpenAsync(test.Store, new RecoveryKey(key), TimeProvider.System, default)).DisposeAsync();
        var id = (await VaultKeys.ListAsync(test.Store, default)).Single(k => k.Label == "safe").Id;
        await VaultKeys.RemoveAsync(test.Store, Old, id, TimeProvider.System, default);
        Assert.Equal(FailureCode.VaultWrongPassphrase, await OpenFailure(test, new RecoveryKey(key)));
    }

    [Fact]
    public async Task Remove_UnknownOrLast_IsRefused()
    {
        await using var test = await TestVault.CreateAsync();
        var keys = await VaultKeys.ListAsync(test.Store, default);
        var e = await Assert.ThrowsAsync<FailureException>(() => VaultKeys.RemoveAsync(test.Store, Old, "01arz3ndektsv4rrffq69g5fav", TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultKeyNotFound, e.Failure.Code);
        await VaultKeys.RemoveAsync(test.Store, Old, keys.Single(k => k.IsRecoveryKey).Id, TimeProvider.System, default);
        e = await Assert.ThrowsAsync<FailureException>(() => VaultKeys.RemoveAsync(test.Store, Old, keys.Single(k => !k.IsRecoveryKey).Id, TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultLastKey, e.Failure.Code);
    }

    [Fact]
    public async Task Add_WhileAWriterIsAtWork_IsBusyAndNamesIt()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        var e = await Assert.ThrowsAsync<FailureException>(() => VaultKeys.AddPassphraseAsync(test.Store, Old, "x", "", TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultBusy, e.Failure.Code);
        Assert.Equal($"{Environment.ProcessId}", e.Failure.Arguments["pid"]);
        Assert.Equal("backup of web", e.Failure.Arguments["purpose"]);
    }

    private static async Task<FailureCode> OpenFailure(TestVault test, VaultSecret secret) =>
        (await Assert.ThrowsAsync<FailureException>(() => OpenVault.OpenAsync(test.Store, secret, TimeProvider.System, default))).Failure.Code;
}
