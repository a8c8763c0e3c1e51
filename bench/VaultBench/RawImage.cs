using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Bench.VaultBench;

/// <summary>A raw file as source and target, read and written by as many threads as there are cores.</summary>
internal static class RawImage
{
    private const int Chunk = 1 << 20;
    private static readonly SeriesId Series = new(Guid.Parse("00000000-0000-4000-8000-00000000be0c"));

    public static async Task<PointInfo> PutAsync(OpenVault vault, string file, PointInfo? @base, IReadOnlyList<long>? dirty)
    {
        using var source = File.OpenHandle(file, options: FileOptions.RandomAccess);
        var size = RandomAccess.GetLength(source);
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), Series, "bench", @base, default);
        var tree = writer.BeginTree("vda", size, @base?.FindTree("vda"));
        var perChunk = Math.Max(1, Chunk / vault.BlockSize);
        var starts = dirty ?? [.. Enumerable.Range(0, (int)((tree.BlockCount + perChunk - 1) / perChunk)).Select(i => (long)i * perChunk)];
        var run = dirty is null ? perChunk : 1;
        var next = -1;
        Threads(() =>
        {
            var buffer = new byte[run * vault.BlockSize];
            for (int i; (i = Interlocked.Increment(ref next)) < starts.Count;)
            {
                var n = RandomAccess.Read(source, buffer, starts[i] * vault.BlockSize);
                for (var b = 0; b * vault.BlockSize < n; b++)
                    tree.Put(starts[i] + b, buffer.AsSpan(b * vault.BlockSize, Math.Min(vault.BlockSize, n - b * vault.BlockSize)));
            }
        });
        return await writer.CommitAsync(0, default, default);
    }

    public static async Task<long> CopyAsync(OpenVault vault, PointInfo point, string file)
    {
        await using var reader = await vault.OpenTreeAsync(point, "vda", default);
        await using var target = RawFileTarget.Create(file, reader.SizeBytes);
        await reader.CopyToAsync(target, null, default);
        await target.FlushAsync(default);
        return reader.SizeBytes;
    }

    private static void Threads(Action work)
    {
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => work())).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }
}
