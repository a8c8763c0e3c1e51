namespace Stillpoint.Vault.Stores;

/// <param name="Written">By the store's own clock: the vault's only clock.</param>
public readonly record struct BlobInfo(string Name, long Length, DateTimeOffset Written);

/// <summary>
/// What a vault needs of the place it lives in: a flat set of named, immutable objects. Fit for a folder, S3 and Azure Blob.
/// <list type="bullet">
/// <item><b>Atomic</b>: an object is there whole or not at all, under its name, whatever is killed when.</item>
/// <item><b>Durable</b>: when <see cref="TryPutAsync"/> returns true the object survives a power cut. A failed sync is never retried on
/// the same file: a new one is written.</item>
/// <item><b>Read after write</b>: what was put is listed and read at once, by every process.</item>
/// <item>No rename, no append, no overwrite.</item>
/// </list>
/// Names are lower-case ASCII letters, digits, dots, dashes and single slashes between parts. Implementations and decorators share one conformance suite.
/// Failures are <see cref="Model.FailureException"/>s: VaultFull, VaultReadOnly, VaultIoFailed, each with the path and the system's words.
/// </summary>
public interface IBlobStore
{
    /// <summary>Puts the concatenated parts under a name that must be free. False: the name is taken and nothing was changed.</summary>
    Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct);

    /// <summary>Reads up to <paramref name="buffer"/>'s length from <paramref name="offset"/>; fewer bytes only at the object's end. Null: no such object.</summary>
    ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct);

    Task<BlobInfo?> FindAsync(string name, CancellationToken ct);

    /// <summary>Every object below a folder (<c>packs/</c>), in no particular order. Objects put or deleted meanwhile may or may not be seen.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct);

    /// <summary>
    /// What a listing of the folder showed, and what it no longer showed, is durable when this returns. Needed where something is built on objects whose
    /// makers may have died between the object and its folder's sync. A store whose puts and deletes are durable as soon as they are seen has nothing to do.
    /// </summary>
    Task SettleAsync(string folder, CancellationToken ct) => Task.CompletedTask;

    /// <summary>No error if there is none. Durable when it returns.</summary>
    Task DeleteAsync(string name, CancellationToken ct);

    /// <summary>The store's present time: the only clock by which ages of objects and leases are judged.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken ct);
}
