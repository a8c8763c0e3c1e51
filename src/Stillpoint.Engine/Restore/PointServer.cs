using System.Runtime.CompilerServices;
using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor.Nbd.Server;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>Serves a point's disks as read-only NBD exports, named by target, on a unix socket: stock tools then read single files from it.</summary>
public static class PointServer
{
    /// <summary>Serves until cancelled, then returns. Holds the point's lease meanwhile.</summary>
    /// <param name="point">Whole id or a prefix of at least four characters.</param>
    /// <param name="disks">Targets; null or empty: every disk of the point.</param>
    /// <param name="listening">Called once, with the names of the exports, when clients may connect.</param>
    /// <param name="failed">Told of every read that failed (a damaged block), from several threads. The client gets an I/O error.</param>
    /// <exception cref="FailureException">PointNotFound, PointAmbiguous, DiskNotInPoint, UsageInvalid (socket path too long), TargetExists
    /// (something is at the socket's path), TargetUnusable.</exception>
    public static async Task RunAsync(
        IVault vault, string point, IReadOnlyCollection<string>? disks, string socketPath,
        Action<IReadOnlyList<string>>? listening, Action<Failure>? failed, TimeProvider clock, CancellationToken ct)
    {
        var info = await vault.FindPointAsync(point, ct);
        var metadata = PointMetadata.Read(info.Metadata);
        string[] names = disks is { Count: > 0 } ? [.. disks.Distinct()] : [.. metadata.Disks.Select(d => d.Name)];
        foreach (var name in names) PointDisks.Find(metadata, info.Id, name);
        var exports = new List<TreeExport>();
        try
        {
            foreach (var name in names) exports.Add(new(await vault.OpenTreeAsync(info, name, ct)));
            using var server = NbdExportServer.Listen(exports, socketPath, clock, failed);
            listening?.Invoke(names);
            await server.RunAsync(ct);
        }
        finally
        {
            foreach (var export in exports) await export.DisposeAsync();
        }
    }

    private sealed class TreeExport(ITreeReader tree) : INbdExport, IAsyncDisposable
    {
        public string Name => tree.Name;

        public long SizeBytes => tree.SizeBytes;

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct) => tree.ReadAsync(offset, buffer, ct);

        public async IAsyncEnumerable<NbdExportExtent> ExtentsAsync([EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var extent in tree.ExtentsAsync(ct)) yield return new(extent.Offset, extent.Length, extent.Zero);
        }

        public ValueTask DisposeAsync() => tree.DisposeAsync();
    }
}
