using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Fabric.Tests.Agent;
using Stillpoint.TestKit;

namespace Stillpoint.Fabric.Tests.Hosting;

/// <summary>
/// The service in this process, on a loopback address of its own, and guests that are known by theirs (127/8 is all ours): ports as an agent finds them but
/// for 80, which this process might not have.
/// </summary>
internal sealed class FabricUnderTest : IAsyncDisposable
{
    private static int _count;
    private readonly TempFolder _folder = new();
    private readonly string _net;
    private FabricHost? _host;

    private FabricUnderTest() => _net = string.Create(
        CultureInfo.InvariantCulture, $"127.{64 + Environment.ProcessId % 128}.{Interlocked.Increment(ref _count) & 255}");

    public FabricClient Client { get; private set; } = null!;

    public TempFolder Folder => _folder;

    public string Wire => $"http://{_net}.1:18080";

    public string Plugin => $"http://{_net}.1:32526";

    public static async Task<FabricUnderTest> StartAsync()
    {
        var service = new FabricUnderTest();
        await service.StartAgainAsync();
        await service.Client.PublishAsync(TestHandler.Name, "1.0.0", TestHandler.Package(), CancellationToken.None);
        return service;
    }

    public async Task StartAgainAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Client?.Dispose();
        var options = new FabricOptions(_folder["state"], _folder["sock"], [IPAddress.Parse(_net + ".1")]) { WirePort = 18080, Snapshot = new(IPAddress.Parse(_net + ".1"), 18081) };
        _host = await FabricHost.StartAsync(options, TimeProvider.System, CancellationToken.None);
        Client = new(options.Socket);
    }

    /// <summary>The address of a guest, 100 to 250.</summary>
    public string Address(int number) => $"{_net}.{number}";

    /// <summary>A program of the guest with this number.</summary>
    public HttpClient Guest(int number) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (target, ct) => new NetworkStream(await ConnectAsync(number, target.DnsEndPoint.Port, ct), ownsSocket: true),
    });

    public async Task<Socket> ConnectAsync(int number, int port, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Address(number)), 0));
        await socket.ConnectAsync(IPAddress.Parse(_net + ".1"), port, ct);
        return socket;
    }

    public static StringContent Body(string text) => new(text, Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _folder.Dispose();
    }
}
