using System.Net;

namespace Stillpoint.Waagent;

/// <summary>An address and port that a guest with Azure's own agent must reach, always over TCP.</summary>
/// <param name="Use">A word of ours for what is there: <c>wire-server</c>, <c>host-plugin</c>, <c>snapshot</c>, <c>metadata</c>.</param>
public sealed record GuestEndpoint(string Address, int Port, string Use)
{
    /// <summary>Azure's, built into every agent.</summary>
    public const string Host = "168.63.129.16", Metadata = "169.254.169.254";

    /// <summary>Where the unit of `stillpoint-fabricd` takes snapshot calls.</summary>
    public static IPEndPoint DefaultSnapshot { get; } = new(IPAddress.Parse(Host), 32527);

    /// <summary>All there are; nothing else is needed over this channel.</summary>
    public static IReadOnlyList<GuestEndpoint> All(IPEndPoint snapshot) =>
    [
        new(Host, 80, "wire-server"), new(Host, 32526, "host-plugin"), new($"{snapshot.Address}", snapshot.Port, "snapshot"), new(Metadata, 80, "metadata"),
    ];
}
