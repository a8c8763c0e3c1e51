using Stillpoint.Engine.Transfer;
using Stillpoint.Hypervisor.Images;
using Stillpoint.Hypervisor.Nbd;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>
/// Writes a point's disks, one after the other: the vault's reader already keeps all cores at work on one. Each is whole and on stable storage
/// before the next begins.
/// </summary>
internal sealed class DiskWriting(IVault vault, PointInfo point, NewFiles files, string workFolder, TransferMeter meter, TimeProvider clock)
{
    private const int Connections = 4;

    public async Task WriteAsync(IReadOnlyList<DiskPlan> disks, CancellationToken ct)
    {
        foreach (var disk in disks) meter.Expect(disk.Tree.SizeBytes);
        foreach (var disk in disks)
        {
            await using (var tree = await vault.OpenTreeAsync(point, disk.Disk.Name, ct))
            await using (var target = await OpenAsync(disk, ct))
            {
                await tree.CopyToAsync(target, meter.Did, ct);
                await target.FlushAsync(ct);
            }
            if (disk.Device) continue;
            NewFiles.Adopt(disk.Path, disk.Place);
            NewFiles.Sync(disk.Path);
        }
        meter.Tell();
    }

    private async Task<IDiskTarget> OpenAsync(DiskPlan disk, CancellationToken ct)
    {
        var size = disk.Tree.SizeBytes;
        if (disk.Device) return RawFileTarget.OpenDevice(disk.Path, size);
        if (disk.Format == "raw")
            return await files.MakeAsync(disk.Path, () => Task.FromResult<IDiskTarget>(RawFileTarget.Create(disk.Path, size)));
        return await files.MakeAsync<IDiskTarget>(disk.Path, async () =>
        {
            // qemu-img would overwrite whatever is there: an empty file of ours is there first.
            await RawFileTarget.Create(disk.Path, 0).DisposeAsync();
            await QemuImg.CreateAsync(disk.Path, "qcow2", size, ct);
            return await Qcow2Target.OpenAsync(disk.Path, Path.Combine(workFolder, disk.Disk.Name + ".sock"), clock, ct);
        });
    }

    /// <summary>A new qcow2 image behind a qemu-nbd of ours.</summary>
    private sealed class Qcow2Target(QemuNbd server, NbdDiskTarget target) : IDiskTarget
    {
        public static async Task<Qcow2Target> OpenAsync(string path, string socket, TimeProvider clock, CancellationToken ct)
        {
            var server = await QemuNbd.StartWritableAsync(path, "qcow2", "disk", socket, clock, ct);
            NbdDiskTarget? target = null;
            try
            {
                target = await NbdDiskTarget.ConnectAsync(socket, server.Export, path, fresh: true, Connections, clock, ct);
                return new(server, target);
            }
            finally
            {
                if (target is null) await server.DisposeAsync();
            }
        }

        public long SizeBytes => target.SizeBytes;

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> buffer, CancellationToken ct) => target.WriteAsync(offset, buffer, ct);

        public ValueTask ZeroAsync(long offset, long length, CancellationToken ct) => target.ZeroAsync(offset, length, ct);

        public Task FlushAsync(CancellationToken ct) => target.FlushAsync(ct);

        public async ValueTask DisposeAsync()
        {
            await target.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
