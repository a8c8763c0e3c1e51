using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Stillpoint.Vault.Sealed;

internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void U8(byte value) => Next(1)[0] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Next(16), bigEndian: true, out _);

    public void Id(BlockId id) => id.CopyTo(Next(BlockId.Size));

    public void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > ushort.MaxValue) throw new ArgumentException("text too long", nameof(text));
        U16((ushort)bytes.Length);
        Bytes(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public Span<byte> Next(int length)
    {
        var span = _buffer.GetSpan(length)[..length];
        _buffer.Advance(length);
        return span;
    }
}
