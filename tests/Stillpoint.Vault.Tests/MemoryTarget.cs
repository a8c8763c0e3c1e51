using Stillpoint.Model;

namespace Stillpoint.Vault.Tests;

/// <summary>A disk in memory. Begins as anything but zero, so that a block nobody wrote shows.</summary>
internal sealed class MemoryTarget : IDiskTarget
{
    public MemoryTarget(long size) => (Bytes = new byte[size]).AsSpan().Fill(0xA5);

    public byte[] Bytes { get; }

    public long SizeBytes => Bytes.Length;

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        buffer.CopyTo(Bytes.AsMemory((int)offset));
        return default;
    }

    public ValueTask ZeroAsync(long offset, long length, CancellationToken ct)
    {
        Bytes.AsSpan((int)offset, (int)length).Clear();
        return default;
    }

    public Task FlushAsync(CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
