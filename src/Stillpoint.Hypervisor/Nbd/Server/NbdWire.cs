namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>Numbers of the NBD protocol (the protocol document of the NBD project, fixed newstyle). All integers are big endian.</summary>
internal static class NbdWire
{
    internal const ulong Greeting = 0x4e42444d41474943; // "NBDMAGIC"
    internal const ulong OptionMagic = 0x49484156454f5054; // "IHAVEOPT"
    internal const ulong OptionReplyMagic = 0x3e889045565a9;
    internal const uint RequestMagic = 0x25609513;
    internal const uint SimpleReplyMagic = 0x67446698;
    internal const uint StructuredReplyMagic = 0x668e33ef;

    internal const ushort HandshakeFlags = 0b11; // fixed newstyle, no zeroes
    internal const uint ClientNoZeroes = 2;

    internal const uint AllocationContextId = 1;

    /// <summary>Has flags, read only, flush, don't fragment, multi-conn, cache.</summary>
    internal const ushort ExportFlags = 1 | 2 | 4 | 128 | 256 | 1024;

    internal const int RequestBytes = 28;
    internal const int SimpleReplyBytes = 16;
    internal const int StructuredReplyBytes = 20;

    /// <summary>Strings of the protocol are at most this long.</summary>
    internal const int LongestString = 4096;

    /// <summary>More than any option we know needs; a client that sends more is cut off.</summary>
    internal const int LongestOption = 16 << 10;

    internal enum Option : uint
    {
        ExportName = 1,
        Abort = 2,
        List = 3,
        Info = 6,
        Go = 7,
        StructuredReply = 8,
        ListMetaContext = 9,
        SetMetaContext = 10,
    }

    internal enum OptionReply : uint
    {
        Ack = 1,
        Server = 2,
        Info = 3,
        MetaContext = 4,
        Unsupported = 0x80000001,
        Invalid = 0x80000003,
        Unknown = 0x80000006,
    }

    internal enum Info : ushort
    {
        Export = 0,
        Name = 1,
        BlockSize = 3,
    }

    internal enum Command : ushort
    {
        Read = 0,
        Write = 1,
        Disconnect = 2,
        Flush = 3,
        Trim = 4,
        Cache = 5,
        WriteZeroes = 6,
        BlockStatus = 7,
    }

    [Flags]
    internal enum CommandFlags : ushort
    {
        None = 0,
        ForceUnitAccess = 1,
        DoNotFragment = 4,
        OneExtent = 8,
    }

    internal enum Chunk : ushort
    {
        None = 0,
        OffsetData = 1,
        BlockStatus = 5,
        Error = 0x8001,
    }

    internal enum Error : uint
    {
        None = 0,
        NotPermitted = 1,
        InputOutput = 5,
        Invalid = 22,
    }
}
