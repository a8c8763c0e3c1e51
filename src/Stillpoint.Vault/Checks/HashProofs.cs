using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Checks;

/// <summary>
/// When each object that is named by its hash was last found to be that, by a check without a key: <c>checked/ULID</c>, docs/formats/manifest.md. Anybody who can
/// write the vault can write these, and can change nothing by it but the order of the next check.
/// </summary>
internal sealed class HashProofs
{
    public const string Folder = "checked/";
    private const int HeaderSize = 16, RowSize = 40, HashSize = 32, MaxBytes = 64 << 20;
    private readonly List<string> _read = [];

    /// <summary>Unix milliseconds by the store's clock.</summary>
    public Dictionary<BlockId, long> Times { get; } = [];

    private static ReadOnlySpan<byte> Magic => "SPNTCHKD"u8;

    /// <summary>What cannot be read is as if it had never been checked.</summary>
    public static async Task<HashProofs> LoadAsync(IBlobStore store, CancellationToken ct)
    {
        var proofs = new HashProofs();
        await foreach (var blob in store.ListAsync(Folder, ct).ConfigureAwait(false))
        {
            if (blob.Length > MaxBytes || await WholeObject.ReadAsync(store, blob.Name, MaxBytes, ct).ConfigureAwait(false) is not { } bytes) continue;
            proofs._read.Add(blob.Name);
            proofs.Add(bytes);
        }
        return proofs;
    }

    /// <summary>In place of those that were read. A vault that cannot be written, or not by this user, keeps none.</summary>
    public async Task SaveAsync(IBlobStore store, DateTimeOffset now, CancellationToken ct)
    {
        var bytes = new byte[HeaderSize + Times.Count * RowSize + HashSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Times.Count);
        var at = bytes.AsSpan(HeaderSize);
        foreach (var (name, time) in Times.OrderBy(t => t.Key))
        {
            name.CopyTo(at);
            BinaryPrimitives.WriteInt64LittleEndian(at[BlockId.Size..], time);
            at = at[RowSize..];
        }
        SHA256.HashData(bytes.AsSpan(..^HashSize), at);
        try
        {
            await store.TryPutAsync(Folder + Ulid.At(now), [bytes], ct).ConfigureAwait(false);
            foreach (var old in _read) await store.DeleteAsync(old, ct).ConfigureAwait(false);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultReadOnly or FailureCode.VaultForbidden or FailureCode.VaultFull)
        {
            // The check itself is done.
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + HashSize || !bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) != 1) return;
        if (bytes.Length != HeaderSize + BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) * (long)RowSize + HashSize) return;
        if (!SHA256.HashData(bytes[..^HashSize]).AsSpan().SequenceEqual(bytes[^HashSize..])) return;
        for (var row = bytes[HeaderSize..^HashSize]; row.Length > 0; row = row[RowSize..])
        {
            var name = BlockId.Read(row);
            Times[name] = Math.Max(BinaryPrimitives.ReadInt64LittleEndian(row[BlockId.Size..]), Times.GetValueOrDefault(name));
        }
    }
}
