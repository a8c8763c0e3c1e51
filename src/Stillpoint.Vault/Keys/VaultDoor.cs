using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Keys;

/// <summary>From a store and a secret to the header and the keys.</summary>
internal static class VaultDoor
{
    /// <exception cref="FailureException">VaultNotFound, VaultDamaged, VaultFormatNewer, VaultWrongPassphrase.</exception>
    public static async Task<(VaultHeader Header, Keyring Keys)> UnlockAsync(IBlobStore store, VaultSecret secret, CancellationToken ct)
    {
        var bytes = await ReadHeaderAsync(store, ct).ConfigureAwait(false);
        var header = VaultHeader.Parse(bytes);
        var slots = await ReadSlotsAsync(store, header, ct).ConfigureAwait(false);
        foreach (var slot in slots.Whole)
        {
            if (slot.Unwrap(secret) is not { } master) continue;
            var keys = new Keyring(header.Family, master);
            CryptographicOperations.ZeroMemory(master);
            VaultHeader.CheckAuthentic(bytes, keys);
            return (header, keys);
        }
        // With a damaged slot it cannot be told whether the secret is wrong or its slot is the one that is lost.
        if (slots.Damaged is [var damaged, ..]) throw Damage.Of(damaged, "check sum of a key slot");
        throw slots.Whole.Count == 0 ? Damage.Of(KeySlot.Folder.TrimEnd('/'), "no key slot is left")
            : new FailureException(FailureCode.VaultWrongPassphrase, Stage.Vault);
    }

    public static async Task<byte[]> ReadHeaderAsync(IBlobStore store, CancellationToken ct)
    {
        if (await WholeObject.ReadAsync(store, VaultHeader.Name, 1 << 20, ct).ConfigureAwait(false) is { } bytes) return bytes;
        await foreach (var slot in store.ListAsync(KeySlot.Folder, ct).ConfigureAwait(false)) throw Damage.Of(VaultHeader.Name, $"missing, while {slot.Name} is there");
        throw new FailureException(FailureCode.VaultNotFound, Stage.Vault, ("path", store is FolderStore folder ? folder.Folder : ""));
    }

    public static async Task<(List<KeySlot> Whole, List<string> Damaged)> ReadSlotsAsync(IBlobStore store, VaultHeader header, CancellationToken ct)
    {
        var whole = new List<KeySlot>();
        var damaged = new List<string>();
        await foreach (var blob in store.ListAsync(KeySlot.Folder, ct).ConfigureAwait(false))
        {
            var bytes = blob.Length <= KeySlot.MaxBytes ? await WholeObject.ReadAsync(store, blob.Name, KeySlot.MaxBytes, ct).ConfigureAwait(false) : [];
            if (bytes is null) continue; // removed since it was listed
            if (KeySlot.Parse(blob.Name, bytes) is not { } slot) damaged.Add(blob.Name);
            else if (slot.Vault == header.Family) whole.Add(slot); // others are left over from an interrupted init
        }
        whole.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return (whole, damaged);
    }
}
