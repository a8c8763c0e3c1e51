using System.Security.Cryptography;
using Stillpoint.Model;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Trees;

/// <summary>Reads runs, opens their entries and writes them to the target in pieces of up to 1 MiB. For one thread at a time.</summary>
internal sealed class CopyWorker : IDisposable
{
    private const int Piece = 1 << 20;
    private readonly VaultParts _parts;
    private readonly IDiskTarget _target;
    private readonly TreeShape _shape;
    private readonly Action<long>? _progress;
    private readonly EntryDecoder _decoder;
    private readonly byte[] _stored = GC.AllocateUninitializedArray<byte>(PackRun.MaxLength + PackFormat.TagSize);
    private readonly Memory<byte> _plain;
    private readonly byte[] _base;
    private long _first;
    private int _held;

    public CopyWorker(VaultParts parts, IDiskTarget target, TreeShape shape, Action<long>? progress)
    {
        (_parts, _target, _shape, _progress) = (parts, target, shape, progress);
        _decoder = new(parts.Keys);
        _plain = DiskBuffers.AllocateAligned(Math.Max(Piece, shape.BlockSize));
        _base = GC.AllocateUninitializedArray<byte>(shape.BlockSize);
    }

    public async ValueTask CopyAsync(PackRun run, CancellationToken ct)
    {
        var whole = run.Pack is not null
            && await _parts.Store.ReadAsync(run.Pack.ObjectName, run.Offset, _stored.AsMemory(0, run.Length), ct).ConfigureAwait(false) == run.Length;
        using var cipher = whole ? _parts.Keys.PackCipher(run.Pack!.Salt.Span) : null;
        for (var i = 0; i < run.Blocks.Count; i++)
        {
            var wanted = run.Blocks[i];
            var before = _held - _shape.BlockSize; // where the block before lies, written out or not
            var slot = await MakeRoomAsync(wanted.Block, ct).ConfigureAwait(false);
            // The same block again: it was opened just now, and its stored bytes are spent.
            if (i > 0 && run.Blocks[i - 1].Id == wanted.Id) _plain.Slice(before, _shape.BlockSize).CopyTo(slot);
            else if (cipher is null || !await TryDecodeAsync(cipher, run, wanted.Place!.Value.Entry, slot, ct).ConfigureAwait(false))
                await _parts.Blocks.ReadAsync(EntryKind.Data, wanted.Id, slot, ct).ConfigureAwait(false);
        }
        await FlushAsync(ct).ConfigureAwait(false);
    }

    public void Dispose() => _decoder.Dispose();

    private async ValueTask<bool> TryDecodeAsync(AesGcm cipher, PackRun run, PackEntry entry, Memory<byte> slot, CancellationToken ct)
    {
        if (entry.Kind != EntryKind.Data || entry.PlainLength != slot.Length) return false;
        if (entry.Codec == Codec.Delta) await _parts.Blocks.ReadBaseAsync(entry.Base, _base, ct).ConfigureAwait(false);
        var stored = _stored.AsSpan((int)(entry.Offset - run.Offset), (int)entry.StoredLength);
        return _decoder.Decode(cipher, entry, stored, entry.Codec == Codec.Delta ? _base : default, slot.Span) is null;
    }

    /// <summary>Where the block's bytes go: behind those held if it follows them on the disk, else those are written first.</summary>
    private async ValueTask<Memory<byte>> MakeRoomAsync(long block, CancellationToken ct)
    {
        var next = _first + _held / _shape.BlockSize;
        if (_held > 0 && (block != next || _held + _shape.BlockSize > _plain.Length)) await FlushAsync(ct).ConfigureAwait(false);
        if (_held == 0) _first = block;
        _held += _shape.BlockSize;
        return _plain.Slice(_held - _shape.BlockSize, _shape.BlockSize);
    }

    private async ValueTask FlushAsync(CancellationToken ct)
    {
        if (_held == 0) return;
        var offset = _first * _shape.BlockSize;
        var length = (int)Math.Min(_held, _shape.SizeBytes - offset);
        await _target.WriteAsync(offset, _plain[..length], ct).ConfigureAwait(false);
        _held = 0;
        _progress?.Invoke(length);
    }
}
