using Stillpoint.Model;

namespace Stillpoint.Vault.Stores;

internal static class WholeObject
{
    /// <returns>Null: no such object.</returns>
    /// <exception cref="FailureException">VaultDamaged if it is longer than <paramref name="limit"/>.</exception>
    public static async Task<byte[]?> ReadAsync(IBlobStore store, string name, int limit, CancellationToken ct)
    {
        if (await store.FindAsync(name, ct).ConfigureAwait(false) is not { } info) return null;
        if (info.Length > limit) throw Damage.Of(name, "longer than such an object may be");
        var bytes = new byte[info.Length];
        return await store.ReadAsync(name, 0, bytes, ct).ConfigureAwait(false) switch
        {
            null => null,
            { } n when n == bytes.Length => bytes,
            _ => throw Damage.Of(name, "shorter than its length"),
        };
    }
}
