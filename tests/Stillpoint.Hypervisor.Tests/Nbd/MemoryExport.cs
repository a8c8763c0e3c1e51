using Stillpoint.Hypervisor.Nbd.Server;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Tests.Nbd;

/// <summary>Bytes with the zero runs given by hand. Reading <paramref name="damagedAt"/> fails.</summary>
internal sealed class MemoryExport(string name, byte[] content, IReadOnlyList<NbdExportExtent> extents, long damagedAt = -1) : INbdExport
{
    public string Name => name;

    public long SizeBytes => content.Length;

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        if (offset <= damagedAt && damagedAt < offset + buffer.Length) throw new FailureException(FailureCode.VaultDamaged, Stage.Vault);
        content.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        return default;
    }

    public async IAsyncEnumerable<NbdExportExtent> ExtentsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var extent in extents)
        {
            ct.ThrowIfCancellationRequested();
            yield return extent;
        }
        await Task.CompletedTask;
    }
}

/// <summary>A server with its loop, stopped when disposed.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public RunningServer(string socketPath, TimeProvider clock, params IReadOnlyList<INbdExport> exports)
    {
        SocketPath = socketPath;
        _run = NbdExportServer.Listen(exports, socketPath, clock, Failures.Enqueue).RunAsync(_stop.Token);
    }

    public string SocketPath { get; }

    public System.Collections.Concurrent.ConcurrentQueue<Failure> Failures { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }
}
