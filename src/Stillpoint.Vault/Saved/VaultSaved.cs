using Stillpoint.Model;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault;

/// <summary>
/// What a program keeps of itself in the vault, so that losing its host loses nothing: <c>saved/OWNER/ID</c>, docs/formats/manifest.md. To the vault it is
/// bytes. Needs no lease: no object refers to it, and it refers to none. Runs beside all other work.
/// </summary>
public static class VaultSaved
{
    /// <summary>Copies kept of each owner.</summary>
    public const int Kept = 5;

    /// <summary>Of one copy, before it is compressed.</summary>
    public const int MaxBytes = SealedObject.MaxBytes - 64 * 1024;

    private const byte Form = 1;

    /// <summary>Saves one more copy, durably, and deletes the owner's oldest beyond <see cref="Kept"/>. Killed anywhere, the newest whole copy stays.</summary>
    /// <param name="host">For people, at most 255 bytes of it are kept.</param>
    /// <exception cref="FailureException">The store's: VaultFull, VaultReadOnly, VaultIoFailed.</exception>
    public static async Task<SavedCopy> PutAsync(OpenVault vault, Guid owner, string host, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (content.Length > MaxBytes) throw new ArgumentException("too large to be saved", nameof(content));
        var parts = vault.Parts;
        while (true)
        {
            var now = await parts.Store.NowAsync(ct).ConfigureAwait(false);
            // Never before one that is there: a clock that was set back must not make the newest an old one.
            var newest = (await OfAsync(parts, owner, ct).ConfigureAwait(false)).FirstOrDefault()?.Saved.AddMilliseconds(1);
            var copy = new SavedCopy(owner, Ulid.At(newest > now ? newest.Value : now));
            ct.ThrowIfCancellationRequested(); // who gave up has closed the vault: nothing is sealed with keys that are gone
            var sealedBytes = SealedObject.Seal(parts.Keys, SealedKind.Saved, copy.Name, Write(host, content.Span));
            if (!await parts.Store.TryPutAsync(copy.Name, [sealedBytes], ct).ConfigureAwait(false)) continue;
            await TidyAsync(parts, owner, ct).ConfigureAwait(false);
            return copy;
        }
    }

    /// <summary>Every copy there is, by owner, newest first. Whether one is whole shows when it is read.</summary>
    public static Task<IReadOnlyList<SavedCopy>> ListAsync(OpenVault vault, CancellationToken ct) => ListAsync(vault.Parts.Store, SealedKind.Saved.Folder, ct);

    /// <returns>Null: gone since it was listed.</returns>
    /// <exception cref="FailureException">VaultDamaged, VaultFormatNewer.</exception>
    public static async Task<SavedContent?> ReadAsync(OpenVault vault, SavedCopy copy, CancellationToken ct) =>
        await SealedObject.ReadAsync(vault.Parts.Store, vault.Parts.Keys, SealedKind.Saved, copy.Name, ct).ConfigureAwait(false) is { } payload
            ? Read(copy.Name, payload) : null;

    /// <summary>Copies that cannot be read.</summary>
    internal static async Task<List<Failure>> FindDamagedAsync(OpenVault vault, CancellationToken ct)
    {
        var damaged = new List<Failure>();
        foreach (var copy in await ListAsync(vault, ct).ConfigureAwait(false))
        {
            try
            {
                await ReadAsync(vault, copy, ct).ConfigureAwait(false);
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
            {
                damaged.Add(e.Failure);
            }
        }
        return damaged;
    }

    /// <summary>Each owner's newest whole copy into a twin, the same bytes under the same name.</summary>
    /// <returns>Those that were damaged.</returns>
    internal static async Task<List<Failure>> CopyAsync(OpenVault source, OpenVault twin, CancellationToken ct)
    {
        var damaged = new List<Failure>();
        foreach (var owned in (await ListAsync(source, ct).ConfigureAwait(false)).GroupBy(c => c.Owner))
        {
            foreach (var copy in owned)
            {
                try
                {
                    if (await WholeObject.ReadAsync(source.Parts.Store, copy.Name, SealedObject.MaxBytes, ct).ConfigureAwait(false) is not { } bytes) continue;
                    SealedObject.Open(source.Parts.Keys, SealedKind.Saved, copy.Name, bytes);
                    await twin.Parts.Store.TryPutAsync(copy.Name, [bytes], ct).ConfigureAwait(false);
                    break;
                }
                catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged)
                {
                    damaged.Add(e.Failure);
                }
            }
            await TidyAsync(twin.Parts, owned.Key, ct).ConfigureAwait(false);
        }
        return damaged;
    }

    /// <summary>What a saver that was killed before it tidied up has left.</summary>
    internal static async Task TidyAsync(VaultParts parts, CancellationToken ct)
    {
        foreach (var owned in (await ListAsync(parts.Store, SealedKind.Saved.Folder, ct).ConfigureAwait(false)).GroupBy(c => c.Owner))
            await TidyAsync(parts, owned.Key, ct).ConfigureAwait(false);
    }

    private static async Task TidyAsync(VaultParts parts, Guid owner, CancellationToken ct)
    {
        foreach (var old in (await OfAsync(parts, owner, ct).ConfigureAwait(false)).Skip(Kept)) await parts.Store.DeleteAsync(old.Name, ct).ConfigureAwait(false);
    }

    private static Task<IReadOnlyList<SavedCopy>> OfAsync(VaultParts parts, Guid owner, CancellationToken ct) => ListAsync(parts.Store, $"{SealedKind.Saved.Folder}{owner:D}/", ct);

    private static async Task<IReadOnlyList<SavedCopy>> ListAsync(IBlobStore store, string folder, CancellationToken ct)
    {
        var copies = new List<SavedCopy>();
        await foreach (var blob in store.ListAsync(folder, ct).ConfigureAwait(false))
            if (SavedCopy.Parse(blob.Name) is { } copy) copies.Add(copy);
        return [.. copies.OrderBy(c => c.Owner).ThenByDescending(c => c.Id)];
    }

    private static byte[] Write(string host, ReadOnlySpan<byte> content)
    {
        var w = new PayloadWriter();
        w.U8(Form);
        w.Text(host.Length > 63 ? host[..63] : host); // at most 252 bytes
        w.U32((uint)content.Length);
        w.Bytes(content);
        return w.Written.ToArray();
    }

    private static SavedContent Read(string name, byte[] payload)
    {
        var r = new PayloadReader(payload, name);
        if (r.U8() != Form) throw Damage.Newer(name);
        var host = r.Text();
        var length = r.U32();
        if (length > MaxBytes) throw Damage.Of(name, "length");
        var content = r.Take((int)length).ToArray();
        r.End();
        return new(host, content);
    }
}
