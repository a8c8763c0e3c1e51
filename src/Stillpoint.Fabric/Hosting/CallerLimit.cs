using System.Net;
using Microsoft.AspNetCore.Connections;
using Stillpoint.Fabric.Wire;

namespace Stillpoint.Fabric.Hosting;

/// <summary>
/// How many connections one address may have at a time, so that no guest takes the others' away. An agent has one for each request and sends a handful side
/// by side; what is above the limit is closed without an answer, which an agent tries again.
/// </summary>
internal sealed class CallerLimit
{
    public const int Most = 32;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _open = [];

    public ConnectionDelegate Hold(ConnectionDelegate next) => async connection =>
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var remote }) return;
        var address = GuestAddresses.Plain(remote);
        if (!TryEnter(address)) return;
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    private bool TryEnter(IPAddress address)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(address);
            if (open == Most) return false;
            _open[address] = open + 1;
            return true;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_lock)
        {
            if (--_open[address] == 0) _open.Remove(address);
        }
    }
}
