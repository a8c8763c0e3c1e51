using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Restore;

/// <summary>Brings back the VM's small files: NVRAM, boot kernel, initrd.</summary>
internal sealed class VmFiles(IVault vault, PointInfo point, NewFiles files)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Whether the host still has this file with these bytes: then it can be used where it is.</summary>
    public async Task<bool> IsThereAsync(FileData file, CancellationToken ct)
    {
        try
        {
            if (HostFile.Find(file.Path) is not { IsFolder: false, IsBlockDevice: false } there || there.SizeBytes != file.SizeBytes) return false;
            await using var tree = await vault.OpenTreeAsync(point, file.Tree, ct);
            using var handle = File.OpenHandle(file.Path);
            var (stored, found) = (DiskBuffers.Allocate(PieceBytes), new byte[PieceBytes]);
            for (long offset = 0; offset < file.SizeBytes;)
            {
                var length = (int)Math.Min(PieceBytes, file.SizeBytes - offset);
                await tree.ReadAsync(offset, stored.AsMemory(0, length), ct);
                for (var at = 0; at < length;)
                {
                    var read = await RandomAccess.ReadAsync(handle, found.AsMemory(at, length - at), offset + at, ct);
                    if (read == 0) return false;
                    at += read;
                }
                if (!stored.AsSpan(0, length).SequenceEqual(found.AsSpan(0, length))) return false;
                offset += length;
            }
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <param name="place">Where it is in the end: its owner and mode are kept.</param>
    public async Task WriteAsync(FileData file, string path, string place, CancellationToken ct)
    {
        await using (var tree = await vault.OpenTreeAsync(point, file.Tree, ct))
        await using (var target = await files.MakeAsync(path, () => Task.FromResult(RawFileTarget.Create(path, file.SizeBytes))))
        {
            await tree.CopyToAsync(target, null, ct);
            await target.FlushAsync(ct);
        }
        NewFiles.Adopt(path, place);
        NewFiles.Sync(path);
    }
}
