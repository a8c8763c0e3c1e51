using System.Globalization;
using System.Runtime.CompilerServices;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>
/// Data packs that are there by name only, so that a vault of many TiB fits on a disk: who lists packs sees them, nobody reads them. Their number is kept in
/// the object <c>named</c>. Everything else is real.
/// </summary>
internal sealed class NamedPacks(IBlobStore inner) : IBlobStore
{
    private const string Count = "named";

    public static async Task SetAsync(IBlobStore store, long packs)
    {
        await store.DeleteAsync(Count, default);
        await store.TryPutAsync(Count, [System.Text.Encoding.ASCII.GetBytes(packs.ToString(CultureInfo.InvariantCulture))], default);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var blob in inner.ListAsync(folder, ct)) yield return blob;
        if (folder != PackFormat.FolderOf(PackKind.Data)) yield break;
        var buffer = new byte[20];
        var packs = long.Parse(buffer.AsSpan(0, await inner.ReadAsync(Count, 0, buffer, ct) ?? 0), CultureInfo.InvariantCulture);
        var written = DateTimeOffset.UnixEpoch;
        for (var i = 0L; i < packs; i++) yield return new(PackFormat.NameOf(PackKind.Data, SyntheticIndex.PackOf(i)), SyntheticIndex.PackBytes, written);
    }

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct) => inner.TryPutAsync(name, parts, ct);

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct) => inner.ReadAsync(name, offset, buffer, ct);

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => inner.SettleAsync(folder, ct);

    public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
}
