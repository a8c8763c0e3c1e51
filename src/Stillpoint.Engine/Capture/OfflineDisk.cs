using Stillpoint.Engine.Reconcile;
using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>One disk of a powered-off VM: its image behind a qemu-nbd of ours, with the stored bitmap where the plan builds on one.</summary>
internal sealed class OfflineDisk : IDiskSource
{
    private const int Connections = 4;

    private readonly QemuNbd _server;
    private readonly NbdDiskSource _source;

    private OfflineDisk(QemuNbd server, NbdDiskSource source) => (_server, _source) = (server, source);

    public string Name => _source.Name;

    public long SizeBytes => _source.SizeBytes;

    public int ReadsInFlight => _source.ReadsInFlight;

    public static async Task<OfflineDisk> OpenAsync(DiskPlan plan, JobFolder folder, TimeProvider clock, CancellationToken ct)
    {
        var server = await QemuNbd.StartReadOnlyAsync(
            plan.Disk.Source!, plan.Disk.Format, plan.Name, plan.BaseCheckpoint, Path.Combine(folder.Path, plan.Name + ".sock"), clock, ct);
        try
        {
            var context = plan.BaseCheckpoint is { } bitmap ? "qemu:dirty-bitmap:" + bitmap : null;
            return new(server, await NbdDiskSource.ConnectAsync(server.SocketPath, server.Export, plan.Name, context, Connections, clock, ct));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public IAsyncEnumerable<DiskExtent> ExtentsAsync(CancellationToken ct) => _source.ExtentsAsync(ct);

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct) => _source.ReadAsync(offset, buffer, ct);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }
}
