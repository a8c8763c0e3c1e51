using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// Files of the host without which the VM does not boot: NVRAM, kernel, initrd. Each becomes a tree of the point. Small, so read by one thread.
/// One that cannot be read is left out with a warning; it does not cost the point.
/// </summary>
internal static class HostFiles
{
    public static async Task<IReadOnlyList<FileData>> StoreAsync(
        DomainConfig config, IVaultWriter writer, PointInfo? newest, Action<LeftOut> leaveOut, CancellationToken ct)
    {
        var stored = new List<FileData>();
        foreach (var (role, path) in Of(config))
        {
            try
            {
                stored.Add(await StoreAsync(role, path, writer, newest, ct));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                leaveOut(new(path, role, Failure.Of(FailureCode.DiskReadFailed, Stage.Read, ("disk", path)).With(new(path, e.Message))));
            }
        }
        return stored;
    }

    private static IEnumerable<(string Role, string Path)> Of(DomainConfig config)
    {
        if (config.NvramPath is { } nvram && File.Exists(nvram)) yield return ("nvram", nvram);
        if (config.KernelPath is { } kernel) yield return ("kernel", kernel);
        if (config.InitrdPath is { } initrd) yield return ("initrd", initrd);
    }

    private static async Task<FileData> StoreAsync(string role, string path, IVaultWriter writer, PointInfo? newest, CancellationToken ct)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var size = RandomAccess.GetLength(file);
        var name = "file:" + role;
        var tree = writer.BeginTree(name, size, newest?.FindTree(name));
        var buffer = new byte[writer.BlockSize];
        for (long block = 0; block < tree.BlockCount; block++)
        {
            var offset = block * writer.BlockSize;
            var length = (int)Math.Min(buffer.Length, size - offset);
            for (var at = 0; at < length;)
            {
                var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(at, length - at), offset + at, ct);
                if (read == 0) throw new EndOfStreamException($"{path} became shorter while it was read");
                at += read;
            }
            tree.Put(block, buffer.AsSpan(0, length));
        }
        return new(role, path, name, size);
    }
}
