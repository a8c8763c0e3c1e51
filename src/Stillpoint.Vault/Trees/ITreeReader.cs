using Stillpoint.Model;

namespace Stillpoint.Vault;

/// <summary>Reads one tree of one point. Every byte returned was checked against its id. Safe for many calls at once.</summary>
public interface ITreeReader : IAsyncDisposable
{
    string Name { get; }

    long SizeBytes { get; }

    int BlockSize { get; }

    /// <summary>Runs of the tree in ascending order, gapless: zero or data. Reads pages only, never data packs.</summary>
    IAsyncEnumerable<TreeExtent> ExtentsAsync(CancellationToken ct);

    /// <summary>Random access, any offset and length inside the tree; keeps recently used blocks.</summary>
    /// <exception cref="FailureException">VaultDamaged, with pack and block as evidence; no byte of the buffer may then be used.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>
    /// The whole tree, in the order in which it lies in the packs, on all cores. Zero runs are handed to <see cref="IDiskTarget.ZeroAsync"/>.
    /// Does not flush the target.
    /// </summary>
    /// <param name="progress">Called with the bytes done since the last call, zero runs included; from several threads.</param>
    Task CopyToAsync(IDiskTarget target, Action<long>? progress, CancellationToken ct);
}

public readonly record struct TreeExtent(long Offset, long Length, bool Zero);
