using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>The head of <c>struct _virError</c> and what of its tail is read here; 64-bit layout.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct NativeErrorLayout
{
    [FieldOffset(0)] public int Code;
    [FieldOffset(4)] public int Domain;
    [FieldOffset(8)] public nint Message;

    /// <summary>errno, for system errors.</summary>
    [FieldOffset(64)] public int Int1;
}

/// <summary><c>struct _virTypedParameter</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal unsafe struct TypedParameterLayout
{
    [FieldOffset(0)] public fixed byte Field[80];
    [FieldOffset(80)] public int Type;
    [FieldOffset(88)] public int Int;
    [FieldOffset(88)] public ulong Long;
    [FieldOffset(88)] public nint Text;
}

/// <summary><c>struct _virDomainStatsRecord</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StatsRecordLayout
{
    public nint Domain;
    public TypedParameterLayout* Parameters;
    public int Count;
}

/// <summary><c>struct _virDomainDiskError</c>; the name is the caller's to free.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DiskErrorLayout
{
    public nint Disk;
    public int Error;
}

/// <summary><c>struct _virDomainBlockInfo</c>, in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlockInfoLayout
{
    public ulong Capacity;
    public ulong Allocation;
    public ulong Physical;
}

/// <summary><c>struct _virDomainInterface</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InterfaceLayout
{
    public nint Name;
    public nint Mac;
    public uint Count;
    public IpAddressLayout* Addresses;
}

/// <summary><c>struct _virDomainInterfaceIPAddress</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IpAddressLayout
{
    public int Type;
    public nint Address;
    public uint Prefix;
}
