using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <param name="Id">The slot's id: what <see cref="VaultKeys.RemoveAsync"/> takes.</param>
/// <param name="IsRecoveryKey">False: a passphrase.</param>
public sealed record KeyInfo(string Id, bool IsRecoveryKey, string Label, DateTimeOffset Created);

/// <summary>
/// The secrets of a vault. All of it touches key slots only: data keep the master key they were made with. Changes exclude other work in the vault for
/// their moment (VaultBusy names who is at work).
/// </summary>
public static class VaultKeys
{
    /// <summary>Needs no secret: labels are not one.</summary>
    public static async Task<IReadOnlyList<KeyInfo>> ListAsync(IBlobStore store, CancellationToken ct)
    {
        var header = VaultHeader.Parse(await VaultDoor.ReadHeaderAsync(store, ct).ConfigureAwait(false));
        var slots = await VaultDoor.ReadSlotsAsync(store, header.Id, ct).ConfigureAwait(false);
        return slots.Whole.ConvertAll(Describe);
    }

    /// <summary>One more passphrase; those there are go on opening the vault.</summary>
    public static async Task<KeyInfo> AddPassphraseAsync(IBlobStore store, VaultSecret current, string passphrase, string label, TimeProvider clock, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, current, ct).ConfigureAwait(false);
        using (keys)
        {
            var lease = await ExclusiveAsync(store, keys, clock, ct).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
                return await PutAsync(store, header, keys, new Passphrase(passphrase), label, clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>A new passphrase in the place of <paramref name="current"/>. The new slot is durable before the old one goes.</summary>
    public static async Task<KeyInfo> ChangePassphraseAsync(IBlobStore store, Passphrase current, string passphrase, TimeProvider clock, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, current, ct).ConfigureAwait(false);
        using (keys)
        {
            var lease = await ExclusiveAsync(store, keys, clock, ct).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                var before = await VaultDoor.ReadSlotsAsync(store, header.Id, ct).ConfigureAwait(false);
                var old = before.Whole.Where(s => s.Unwrap(current) is not null).ToList();
                var added = await PutAsync(store, header, keys, new Passphrase(passphrase), old.Count > 0 ? old[0].Label : "", clock, ct).ConfigureAwait(false);
                foreach (var slot in old) await store.DeleteAsync(slot.Name, ct).ConfigureAwait(false);
                return added;
            }
        }
    }

    /// <summary>Makes a new recovery key and returns its text, shown once. Older recovery keys go on working until removed.</summary>
    public static async Task<string> ExportRecoveryKeyAsync(IBlobStore store, VaultSecret current, string label, TimeProvider clock, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, current, ct).ConfigureAwait(false);
        using (keys)
        {
            var lease = await ExclusiveAsync(store, keys, clock, ct).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                var text = VaultInit.NewRecoveryKey();
                await PutAsync(store, header, keys, new RecoveryKey(text), label, clock, ct).ConfigureAwait(false);
                return text;
            }
        }
    }

    /// <exception cref="FailureException">VaultKeyNotFound; VaultLastKey: without it the vault could never be opened again.</exception>
    public static async Task RemoveAsync(IBlobStore store, VaultSecret current, string id, TimeProvider clock, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, current, ct).ConfigureAwait(false);
        using (keys)
        {
            var lease = await ExclusiveAsync(store, keys, clock, ct).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                var slots = await VaultDoor.ReadSlotsAsync(store, header.Id, ct).ConfigureAwait(false);
                var found = slots.Whole.Find(s => s.Name == KeySlot.Folder + id)
                    ?? throw new FailureException(FailureCode.VaultKeyNotFound, Stage.Input, ("key", id));
                if (slots.Whole.Count == 1) throw new FailureException(FailureCode.VaultLastKey, Stage.Input, ("key", id));
                await store.DeleteAsync(found.Name, ct).ConfigureAwait(false);
            }
        }
    }

    private static Task<LeaseKeeper> ExclusiveAsync(IBlobStore store, Keyring keys, TimeProvider clock, CancellationToken ct) =>
        LeaseKeeper.TakeAsync(store, keys, new(LeaseKind.Exclusive, LeaseTerms.DefaultDuration, null, null, ProcessIdentity.Current, "changing keys"), clock, ct);

    private static async Task<KeyInfo> PutAsync(
        IBlobStore store, VaultHeader header, Keyring keys, VaultSecret secret, string label, TimeProvider clock, CancellationToken ct)
    {
        var now = await store.NowAsync(ct).ConfigureAwait(false);
        var slot = KeySlot.Wrap(header.Id, keys.Master, secret, label, header.PassphraseRounds, now, clock);
        await store.TryPutAsync(slot.Name, [slot.Bytes], ct).ConfigureAwait(false);
        return Describe(slot);
    }

    private static KeyInfo Describe(KeySlot slot) => new(slot.Name[KeySlot.Folder.Length..], slot.Kind == SlotKind.RecoveryKey, slot.Label, slot.Created);
}
