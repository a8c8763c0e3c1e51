using System.Text;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>An export with the map of its zero runs, which is made when a client first asks for it.</summary>
internal sealed class ServedExport(INbdExport export, CancellationToken lifetime)
{
    private const uint HoleAndZero = 3;

    /// <summary>Keeps an answer within 64 KiB; the client asks on.</summary>
    private const int MostRuns = 8192;

    private readonly Lock _gate = new();
    private Task<List<NbdExportExtent>>? _map;

    internal byte[] NameBytes { get; } = Encoding.UTF8.GetBytes(export.Name);

    internal long SizeBytes => export.SizeBytes;

    internal ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct) => export.ReadAsync(offset, buffer, ct);

    /// <summary>Runs of (length, flags of base:allocation) from <paramref name="offset"/> on, none past the asked range.</summary>
    /// <exception cref="Model.FailureException">The export's; the next call tries again.</exception>
    internal async Task<List<(uint Length, uint Flags)>> FindRunsAsync(long offset, uint length, bool one, CancellationToken ct)
    {
        var zeroes = await MapAsync().WaitAsync(ct).ConfigureAwait(false);
        var runs = new List<(uint Length, uint Flags)>();
        var end = offset + length;
        var i = FirstEndingAfter(zeroes, offset);
        while (offset < end && runs.Count < (one ? 1 : MostRuns))
        {
            var zero = i < zeroes.Count && zeroes[i].Offset <= offset;
            var until = i == zeroes.Count ? end : Math.Min(end, zero ? zeroes[i].Offset + zeroes[i].Length : zeroes[i].Offset);
            runs.Add(((uint)(until - offset), zero ? HoleAndZero : 0));
            offset = until;
            if (zero) i++;
        }
        return runs;
    }

    private Task<List<NbdExportExtent>> MapAsync()
    {
        lock (_gate)
        {
            if (_map is null || _map.IsFaulted) _map = Task.Run(ReadZeroRunsAsync, lifetime);
            return _map;
        }
    }

    private async Task<List<NbdExportExtent>> ReadZeroRunsAsync()
    {
        var zeroes = new List<NbdExportExtent>();
        await foreach (var extent in export.ExtentsAsync(lifetime).ConfigureAwait(false))
        {
            if (!extent.Zero || extent.Length == 0) continue;
            if (zeroes.Count > 0 && zeroes[^1] is var last && last.Offset + last.Length == extent.Offset)
                zeroes[^1] = last with { Length = last.Length + extent.Length };
            else
                zeroes.Add(extent);
        }
        return zeroes;
    }

    private static int FirstEndingAfter(List<NbdExportExtent> zeroes, long offset)
    {
        int low = 0, high = zeroes.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (zeroes[middle].Offset + zeroes[middle].Length > offset) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
