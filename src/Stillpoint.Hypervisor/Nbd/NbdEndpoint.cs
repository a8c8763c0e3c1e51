namespace Stillpoint.Hypervisor.Nbd;

/// <param name="DirtyContext">Meta context of the dirty bitmap to ask for; null: none.</param>
internal sealed record NbdEndpoint(string SocketPath, string Export, string? DirtyContext);

/// <summary>What a server said of an export when the connection was made.</summary>
internal sealed record NbdExportFacts(long SizeBytes, bool MultiConn, bool CanZero, bool HasAllocation, bool HasDirty);

/// <summary>How long a server may keep us waiting.</summary>
internal static class NbdLimits
{
    /// <summary>QEMU answers a handshake at once, or never: the 101st connection to one server hangs in it.</summary>
    internal static readonly TimeSpan Connect = TimeSpan.FromSeconds(15);

    /// <summary>Without a single answer for so long while commands are under way, the connection is given up.</summary>
    internal static readonly TimeSpan Answer = TimeSpan.FromSeconds(120);

    /// <summary>How long a command that was cancelled after it was sent is waited for before its connection is closed.</summary>
    internal static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(5);

    /// <summary>How often a waiting connection looks at clocks and tokens, in milliseconds.</summary>
    internal const int TickMilliseconds = 200;

    /// <summary>All of one disk's connections together.</summary>
    internal const int RequestsInFlight = 64;

    /// <summary>QEMU's limit; more is refused by it with EINVAL.</summary>
    internal const int RequestBytes = 32 << 20;
}
