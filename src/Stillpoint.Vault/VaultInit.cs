using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <param name="RecoveryKey">As text, shown once: nothing keeps it.</param>
public sealed record NewVault(VaultId Id, string RecoveryKey);

public static class VaultInit
{
    /// <summary>Makes a vault in an empty store. The key slots come first and the vault object last: until that is there, there is no vault.</summary>
    /// <exception cref="FailureException">VaultExists, VaultFolderNotEmpty (with what lies there), UsageInvalid, and the store's.</exception>
    public static async Task<NewVault> CreateAsync(IBlobStore store, VaultSettings settings, Passphrase passphrase, TimeProvider clock, CancellationToken ct)
    {
        settings.Check();
        var path = store is FolderStore folder ? folder.Folder : "";
        if (await store.FindAsync(VaultHeader.Name, ct).ConfigureAwait(false) is not null) throw new FailureException(FailureCode.VaultExists, Stage.Vault, ("path", path));
        await CheckEmptyAsync(store, ct).ConfigureAwait(false);
        var now = await store.NowAsync(ct).ConfigureAwait(false);
        var id = new VaultId(Guid.NewGuid());
        var master = GC.AllocateArray<byte>(Keyring.KeySize, pinned: true);
        RandomNumberGenerator.Fill(master);
        using var keys = new Keyring(id, master);
        CryptographicOperations.ZeroMemory(master);
        var recovery = NewRecoveryKey();
        using var recoverySecret = new RecoveryKey(recovery);
        var slots = new[]
        {
            KeySlot.Wrap(id, keys.Master, passphrase, "", settings.PassphraseRounds, now, clock),
            KeySlot.Wrap(id, keys.Master, recoverySecret, "", 0, now, clock),
        };
        foreach (var slot in slots) await store.TryPutAsync(slot.Name, [slot.Bytes], ct).ConfigureAwait(false);
        var header = new VaultHeader(id, id, settings.BlockSize, settings.Delta, settings.PassphraseRounds, now);
        if (await store.TryPutAsync(VaultHeader.Name, [header.Write(keys)], ct).ConfigureAwait(false)) return new(id, recovery);
        // Somebody else's init was first.
        foreach (var slot in slots) await store.DeleteAsync(slot.Name, ct).ConfigureAwait(false);
        throw new FailureException(FailureCode.VaultExists, Stage.Vault, ("path", path));
    }

    /// <exception cref="FailureException">VaultFolderNotEmpty, with what lies there.</exception>
    internal static async Task CheckEmptyAsync(IBlobStore store, CancellationToken ct)
    {
        var path = store is FolderStore folder ? folder.Folder : "";
        if (store is FolderStore { } own && own.FindForeign() is { } foreign)
            throw new FailureException(Failure.Of(FailureCode.VaultFolderNotEmpty, Stage.Vault, ("path", path)).With(new(path, foreign)));
        await foreach (var blob in store.ListAsync("", ct).ConfigureAwait(false))
        {
            // Slots without a vault object are an init that was interrupted, or one that runs beside this: they carry another vault's id and bind nobody.
            if (!blob.Name.StartsWith(KeySlot.Folder, StringComparison.Ordinal))
                throw new FailureException(Failure.Of(FailureCode.VaultFolderNotEmpty, Stage.Vault, ("path", path)).With(new(path, blob.Name)));
        }
    }

    internal static string NewRecoveryKey()
    {
        Span<byte> key = stackalloc byte[32];
        RandomNumberGenerator.Fill(key);
        var text = RecoveryKeyText.Write(key);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }
}
