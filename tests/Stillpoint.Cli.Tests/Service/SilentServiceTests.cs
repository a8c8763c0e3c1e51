using System.Net.Sockets;
using System.Text;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control;
using Stillpoint.Control.Tests.Fakes;
using Xunit;

namespace Stillpoint.Cli.Tests.Service;

/// <summary>A service that begins a job and then says nothing more, as one that was stopped (SIGSTOP) does: a stand-in, since the real one speaks every 15 s.</summary>
public sealed class SilentServiceTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Backup_OfAServiceThatFellSilent_EndsAndNamesTheJob()
    {
        var clock = new ManualClock();
        using var host = new CliHost { Clock = clock };
        using var listener = Listen(new DataFolder(host.Data).ServiceSocket);
        var following = new TaskCompletionSource();
        var serving = ServeAsync(listener, following);
        var running = host.JsonAsync("backup", "guest");
        await following.Task.WaitAsync(Bound);
        // The beat it had may still be on its way, and begins the silence anew.
        for (var turn = 0; turn < 1000 && !running.IsCompleted; turn++)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        var call = await running.WaitAsync(Bound);
        call.MustFail(9, "service-out-of-reach");
        Assert.Contains(Job, call.Out, StringComparison.Ordinal);
        listener.Dispose();
        await serving.WaitAsync(Bound);
    }

    private const string Job = "01J00000000000000000000000";

    private static Socket Listen(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    /// <summary>One request a connection; the one for the job's events gets a head and a beat, and stays open.</summary>
    private static async Task ServeAsync(Socket listener, TaskCompletionSource following)
    {
        var open = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                open.Add(socket);
                var request = await ReadAsync(socket);
                var events = request.Contains("/events", StringComparison.Ordinal);
                await socket.SendAsync(Encoding.UTF8.GetBytes(events ? EventsBegin : AnswerTo(request)));
                if (events) following.TrySetResult();
                else socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (SocketException)
        {
            // The listener was closed: the test is over.
        }
        foreach (var socket in open) socket.Dispose();
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var text = "";
        var buffer = new byte[8192];
        // A body comes in chunks, the last of them empty; a request without one ends with its head.
        while (!text.Contains("\r\n\r\n", StringComparison.Ordinal)
            || (text.Contains("chunked", StringComparison.OrdinalIgnoreCase) && !text.EndsWith("0\r\n\r\n", StringComparison.Ordinal)))
        {
            var read = await socket.ReceiveAsync(buffer);
            if (read == 0) break;
            text += Encoding.UTF8.GetString(buffer, 0, read);
        }
        return text;
    }

    private static string AnswerTo(string request)
    {
        var body = request.StartsWith("POST", StringComparison.Ordinal)
            ? $$"""{"job":"{{Job}}"}"""
            : """{"name":"socket","via":"socket","role":"admin","vms":null,"secondFactor":false,"expires":null,"csrf":null}""";
        return $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    private const string EventsBegin = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"kind\":\"heartbeat\",\"at\":\"2026-01-01T00:00:00Z\"}\n\n";
}
