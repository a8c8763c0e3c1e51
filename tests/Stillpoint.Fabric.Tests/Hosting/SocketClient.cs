using System.Net.Sockets;

namespace Stillpoint.Fabric.Tests.Hosting;

/// <summary>HTTP over the socket without our client's types, for what it would never send.</summary>
internal static class SocketClient
{
    public static HttpClient Open(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new("http://localhost"),
    };
}
