using System.Buffers;

namespace Stillpoint.Vault.Packs;

/// <summary>Pool memory for the time of a scope.</summary>
internal readonly struct RentedBytes : IDisposable
{
    private readonly byte[] _bytes;

    private RentedBytes(byte[] bytes, int length) => (_bytes, Length) = (bytes, length);

    public int Length { get; }

    /// <summary>The whole array, which may be longer.</summary>
    public byte[] Array => _bytes;

    public Memory<byte> Memory => _bytes.AsMemory(0, Length);

    public static RentedBytes Of(int length) => new(length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length), length);

    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
    }
}
