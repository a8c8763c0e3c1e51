using System.Buffers.Binary;
using System.Text;

namespace Stillpoint.Vault.Sealed;

/// <summary>Reads a payload field by field; anything that does not fit is damage, never an overrun.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> bytes, string objectName)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly int Remaining => _rest.Length;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public Guid Guid() => new(Take(16), bigEndian: true);

    public BlockId Id() => BlockId.Read(Take(BlockId.Size));

    public string Text() => Encoding.UTF8.GetString(Take(U16()));

    public ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)_rest.Length) throw Damage.Of(objectName, "ends too early");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    public readonly void End()
    {
        if (!AtEnd) throw Damage.Of(objectName, "has bytes past its end");
    }
}
