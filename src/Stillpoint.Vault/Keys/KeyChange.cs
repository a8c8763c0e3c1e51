using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Keys;

/// <summary>The steps of a change of secrets, made under an exclusive lease. A slot goes only while the lease holds, and never before its successor was seen to open.</summary>
internal sealed class KeyChange(IBlobStore store, VaultHeader header, Keyring keys, LeaseKeeper lease, TimeProvider clock)
{
    public async Task<List<KeySlot>> SlotsAsync(CancellationToken ct) => (await VaultDoor.ReadSlotsAsync(store, header, ct).ConfigureAwait(false)).Whole;

    /// <summary>Whether the slot gives this vault's master key to this secret.</summary>
    public bool Opens(KeySlot slot, VaultSecret secret)
    {
        if (slot.Unwrap(secret) is not { } master) return false;
        var same = CryptographicOperations.FixedTimeEquals(master, keys.Master);
        CryptographicOperations.ZeroMemory(master);
        return same;
    }

    /// <exception cref="FailureException">VaultDamaged: what was stored does not come back as it was, so nothing may be built on it.</exception>
    public async Task<KeyInfo> AddAsync(VaultSecret secret, string label, CancellationToken ct)
    {
        var now = await store.NowAsync(ct).ConfigureAwait(false);
        var slot = KeySlot.Wrap(keys.Vault, keys.Master, secret, label, header.PassphraseRounds, now, clock);
        var put = await store.TryPutAsync(slot.Name, [slot.Bytes], ct).ConfigureAwait(false);
        var back = await WholeObject.ReadAsync(store, slot.Name, KeySlot.MaxBytes, ct).ConfigureAwait(false);
        if (!put || back is null || KeySlot.Parse(slot.Name, back) is not { } read || !Opens(read, secret)) throw Damage.Of(slot.Name, "not as it was stored");
        return VaultKeys.Describe(slot);
    }

    public async Task DeleteAsync(KeySlot slot, CancellationToken ct)
    {
        // Whoever stalled past its lease may not be alone any more: another change may count on this slot.
        await lease.CheckAsync(ct).ConfigureAwait(false);
        await store.DeleteAsync(slot.Name, ct).ConfigureAwait(false);
    }
}
