using System.Net.Sockets;
using System.Text;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>
/// A read-only NBD server on a unix socket that only its owner may use. What a client sends is not trusted: lengths, counts, memory and
/// the time of the handshake are bounded; a client that breaks the protocol loses its connection and disturbs nobody else.
/// </summary>
public sealed class NbdExportServer : IDisposable
{
    /// <summary>More wait until one leaves.</summary>
    private const int MostClients = 64;

    /// <summary>Held for answers by all clients together. At least the largest request, 32 MiB.</summary>
    private const long MostBytes = 128 << 20;

    /// <summary>sun_path without its terminating zero.</summary>
    private const int LongestSocketPath = 107;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(30);
    private readonly Socket _listener;
    private readonly IReadOnlyList<INbdExport> _exports;
    private readonly TimeProvider _clock;
    private readonly Action<Failure> _failed;
    private readonly ByteBudget _budget = new(MostBytes);
    private readonly string _socketPath;

    private NbdExportServer(Socket listener, string socketPath, IReadOnlyList<INbdExport> exports, TimeProvider clock, Action<Failure>? failed) =>
        (_listener, _socketPath, _exports, _clock, _failed) = (listener, socketPath, exports, clock, failed ?? (_ => { }));

    /// <summary>Clients may connect once this returns; they are served by <see cref="RunAsync"/>.</summary>
    /// <param name="failed">Told of every read that failed, from several threads.</param>
    /// <exception cref="FailureException">UsageInvalid (the path is too long for a socket), TargetExists (something is at the path, or a
    /// server listens there), TargetUnusable.</exception>
    public static NbdExportServer Listen(IReadOnlyList<INbdExport> exports, string socketPath, TimeProvider clock, Action<Failure>? failed = null)
    {
        // Bound under another name first: once the socket is seen at its path, it has its mode and takes connections.
        var made = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(socketPath))!, Path.GetRandomFileName()[..8]);
        if (Math.Max(Encoding.UTF8.GetByteCount(socketPath), Encoding.UTF8.GetByteCount(made)) > LongestSocketPath)
            throw new FailureException(
                FailureCode.UsageInvalid, Stage.Input, ("option", "socket"), ("value", socketPath), ("expected", $"<= {LongestSocketPath} bytes"));
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var listens = false;
        try
        {
            RemoveIfStale(socketPath);
            listener.Bind(new UnixDomainSocketEndPoint(made));
            File.SetUnixFileMode(made, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(MostClients);
            File.Move(made, socketPath);
            listens = true;
            return new(listener, socketPath, exports, clock, failed);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(
                Failure.Of(FailureCode.TargetUnusable, Stage.Connect, ("path", socketPath)).With(new(socketPath, error.Message)), error);
        }
        finally
        {
            if (!listens)
            {
                listener.Dispose();
                if (Directory.Exists(Path.GetDirectoryName(made))) File.Delete(made);
            }
        }
    }

    /// <summary>Serves until cancelled, then cuts all clients off, removes the socket and returns. Called once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var room = new SemaphoreSlim(MostClients);
        var exports = _exports.Select(e => new ServedExport(e, ending.Token)).ToArray();
        try
        {
            while (true)
            {
                await room.WaitAsync(ct).ConfigureAwait(false);
                var accepted = false;
                try
                {
                    var client = await _listener.AcceptAsync(ct).ConfigureAwait(false);
                    accepted = true;
                    _ = ServeAndLeaveAsync(client, exports, room, ending.Token);
                }
                finally
                {
                    if (!accepted) room.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // asked to stop
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            for (var i = 0; i < MostClients; i++) await room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            Dispose();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_socketPath);
    }

    private async Task ServeAndLeaveAsync(Socket client, ServedExport[] exports, SemaphoreSlim room, CancellationToken ct)
    {
        using var stream = new NbdStream(client, _clock);
        try
        {
            if (await NegotiateAsync(stream, exports, ct).ConfigureAwait(false) is { } choice)
                await new NbdTransmission(stream, choice, _budget, _failed).RunAsync(ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NbdClientGoneException or OperationCanceledException)
        {
            // one client less
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<NbdChoice?> NegotiateAsync(NbdStream stream, ServedExport[] exports, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        return await new NbdNegotiation(stream, exports).RunAsync(either.Token).ConfigureAwait(false);
    }

    /// <summary>A socket file nobody listens on is left over from a server that was killed.</summary>
    private static void RemoveIfStale(string path)
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // something else that is in the way
        }
        throw new FailureException(FailureCode.TargetExists, Stage.Input, ("path", path));
    }

    private static bool IsSocket(string path) => Targets.HostFile.Find(path) is { IsSocket: true };
}
