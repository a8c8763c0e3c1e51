using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Stillpoint.Control.Tests.Alerts;

/// <summary>A server on a loopback port of its own, whose talk with each client is the test's.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public LoopbackServer(Func<StreamReader, StreamWriter, Task<string?>> talk)
    {
        _listener.Start();
        _serving = ServeAsync(talk);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What clients sent, as the talk gave it back.</summary>
    public ConcurrentQueue<string> Heard { get; } = [];

    /// <summary>Answers every request with a status; gives back request line, headers and body.</summary>
    public static LoopbackServer Http(Func<int> status) => new(async (reader, writer) =>
    {
        var (text, length) = (new System.Text.StringBuilder(), 0);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            text.AppendLine(line);
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture);
        }
        // A client may connect without asking anything, to have a connection at hand.
        if (text.Length == 0) return null;
        var body = new char[length];
        // Of none it would wait for more all the same.
        if (length > 0) await reader.ReadBlockAsync(body);
        await writer.WriteAsync($"HTTP/1.1 {status()} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return text.AppendLine().Append(body).ToString();
    });

    /// <summary>Takes one mail per connection; gives back everything the client said.</summary>
    public static LoopbackServer Mail() => new(async (reader, writer) =>
    {
        var text = new System.Text.StringBuilder();
        await writer.WriteAsync("220 here\r\n");
        var data = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (data && line != ".") continue;
            var answer = data ? "250 taken" : line[..4].ToUpperInvariant() switch { "DATA" => "354 go on", "QUIT" => "221 bye", _ => "250 good" };
            data = !data && line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase);
            await writer.WriteAsync(answer + "\r\n");
            if (answer.StartsWith("221", StringComparison.Ordinal)) break;
        }
        return text.ToString();
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync(Func<StreamReader, StreamWriter, Task<string?>> talk)
    {
        var talks = new List<Task>();
        try
        {
            while (true) talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token), talk));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        await Task.WhenAll(talks);
    }

    private async Task TalkAsync(TcpClient client, Func<StreamReader, StreamWriter, Task<string?>> talk)
    {
        using var ended = _end.Token.Register(client.Dispose);
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
                if (await talk(reader, writer) is { } heard) Heard.Enqueue(heard);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
            {
            }
        }
    }
}
