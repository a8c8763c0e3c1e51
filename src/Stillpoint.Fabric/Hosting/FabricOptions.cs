using System.Net;
using System.Net.Sockets;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Hosting;

/// <summary>What the program is told.</summary>
/// <param name="State">The folder for what must not be lost.</param>
/// <param name="Socket">Where it takes commands; in a folder that its user may write.</param>
/// <param name="Listen">Addresses that guests reach it by; the address for metadata may be among them.</param>
internal sealed record FabricOptions(string State, string Socket, IReadOnlyList<IPAddress> Listen)
{
    public const string Usage = "stillpoint-fabricd --state DIR --socket FILE --listen ADDRESS [--listen ADDRESS]... [--snapshot ADDRESS:PORT]";
    private const int MostSocketName = 107;

    /// <summary>80 and 32526: agents know no others. Tests that are no agent may choose.</summary>
    public int WirePort { get; init; } = 80;

    public int PluginPort { get; init; } = 32526;

    /// <summary>Where guests ask for snapshots, by signed addresses; null: they cannot.</summary>
    public IPEndPoint? Snapshot { get; init; }

    /// <exception cref="FailureException">UsageArgumentUnwanted.</exception>
    public static FabricOptions Parse(string[] args)
    {
        string? state = null, socket = null;
        var listen = new List<IPAddress>();
        IPEndPoint? snapshot = null;
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--state" when Path.IsPathFullyQualified(value): state = value; break;
                case "--socket" when Path.IsPathFullyQualified(value) && value.Length <= MostSocketName: socket = value; break;
                case "--listen" when IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetwork: listen.Add(address); break;
                case "--snapshot" when IPEndPoint.TryParse(value, out var end) && end.AddressFamily == AddressFamily.InterNetwork && end.Port > 0: snapshot = end; break;
                default: throw Unwanted($"{args[i]} {value}".TrimEnd());
            }
        }
        return state is null || socket is null || listen.Count == 0 ? throw Unwanted(string.Join(' ', args)) : new(state, socket, listen) { Snapshot = snapshot };
    }

    private static FailureException Unwanted(string value) =>
        new(FailureCode.UsageArgumentUnwanted, Stage.Input, ("command", "stillpoint-fabricd"), ("value", value), ("usage", Usage));
}
