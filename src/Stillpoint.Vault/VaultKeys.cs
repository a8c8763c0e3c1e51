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
        var slots = await VaultDoor.ReadSlotsAsync(store, header, ct).ConfigureAwait(false);
        return slots.Whole.ConvertAll(Describe);
    }

    /// <summary>One more passphrase; those there are go on opening the vault.</summary>
    /// <param name="label">What people tell it by; not secret. At most 1,024 bytes of UTF-8.</param>
    public static Task<KeyInfo> AddPassphraseAsync(
        IBlobStore store, VaultSecret current, Passphrase passphrase, string label, TimeProvider clock, CancellationToken ct) =>
        AloneAsync(store, current, clock, change => change.AddAsync(passphrase, label, ct), ct);

    /// <summary>
    /// A new passphrase in the place of <paramref name="current"/>. The new slot is durable, and was read back and opened, before the old one goes: whenever
    /// this is cut short, one of the two opens the vault (for a while perhaps both, until it is run again).
    /// </summary>
    public static Task<KeyInfo> ChangePassphraseAsync(IBlobStore store, Passphrase current, Passphrase passphrase, TimeProvider clock, CancellationToken ct) =>
        AloneAsync(store, current, clock, async change =>
        {
            var old = (await change.SlotsAsync(ct).ConfigureAwait(false)).FindAll(s => change.Opens(s, current));
            var added = await change.AddAsync(passphrase, old.Count > 0 ? old[0].Label : "", ct).ConfigureAwait(false);
            foreach (var slot in old) await change.DeleteAsync(slot, ct).ConfigureAwait(false);
            return added;
        }, ct);

    /// <summary>Makes a new recovery key and returns its text, shown once. Older recovery keys go on working until removed.</summary>
    public static Task<string> ExportRecoveryKeyAsync(IBlobStore store, VaultSecret current, string label, TimeProvider clock, CancellationToken ct) =>
        AloneAsync(store, current, clock, async change =>
        {
            var text = VaultInit.NewRecoveryKey();
            using var secret = new RecoveryKey(text);
            await change.AddAsync(secret, label, ct).ConfigureAwait(false);
            return text;
        }, ct);

    /// <param name="key">A slot's id, or a label that only one has.</param>
    /// <exception cref="FailureException">VaultKeyNotFound; VaultKeyAmbiguous; VaultLastKey: without it the vault could never be opened again.</exception>
    public static Task<KeyInfo> RemoveAsync(IBlobStore store, VaultSecret current, string key, TimeProvider clock, CancellationToken ct) =>
        AloneAsync(store, current, clock, async change =>
        {
            var slots = await change.SlotsAsync(ct).ConfigureAwait(false);
            var id = Find(slots.ConvertAll(Describe), key).Id;
            var found = slots.Find(s => s.Name == KeySlot.Folder + id)!;
            if (slots.Count == 1) throw new FailureException(FailureCode.VaultLastKey, Stage.Input, ("key", key));
            await change.DeleteAsync(found, ct).ConfigureAwait(false);
            return Describe(found);
        }, ct);

    /// <summary>By id, or by a label that only one has.</summary>
    /// <exception cref="FailureException">VaultKeyNotFound, VaultKeyAmbiguous.</exception>
    public static KeyInfo Find(IReadOnlyList<KeyInfo> keys, string key)
    {
        if (keys.FirstOrDefault(k => k.Id == key) is { } exact) return exact;
        var labelled = keys.Where(k => k.Label == key && key.Length > 0).ToList();
        return labelled switch
        {
            [var one] => one,
            [] => throw new FailureException(FailureCode.VaultKeyNotFound, Stage.Input, ("key", key)),
            _ => throw new FailureException(Failure.Of(FailureCode.VaultKeyAmbiguous, Stage.Input, ("key", key))
                .With(new("keys", string.Join(", ", labelled.Select(k => k.Id))))),
        };
    }

    internal static KeyInfo Describe(KeySlot slot) => new(slot.Name[KeySlot.Folder.Length..], slot.Kind == SlotKind.RecoveryKey, slot.Label, slot.Created);

    private static async Task<T> AloneAsync<T>(IBlobStore store, VaultSecret current, TimeProvider clock, Func<KeyChange, Task<T>> work, CancellationToken ct)
    {
        var (header, keys) = await VaultDoor.UnlockAsync(store, current, ct).ConfigureAwait(false);
        using (keys)
        {
            var terms = new LeaseTerms(LeaseKind.Exclusive, LeaseTerms.DefaultDuration, null, null, ProcessIdentity.Current, "changing keys");
            var lease = await LeaseKeeper.TakeAsync(store, keys, terms, clock, ct).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false)) return await work(new(store, header, keys, lease, clock)).ConfigureAwait(false);
        }
    }
}
