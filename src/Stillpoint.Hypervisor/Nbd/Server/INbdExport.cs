using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd.Server;

/// <summary>A disk that <see cref="NbdExportServer"/> serves, read only. Its bytes never change. Safe for many calls at once.</summary>
public interface INbdExport
{
    /// <summary>At most 4096 bytes of UTF-8.</summary>
    string Name { get; }

    long SizeBytes { get; }

    /// <exception cref="FailureException">The client gets EIO and the failure's code as text.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct);

    /// <summary>The whole disk in ascending order, zero or data; what is left out counts as data. Asked once, when a client first wants to know.</summary>
    IAsyncEnumerable<NbdExportExtent> ExtentsAsync(CancellationToken ct);
}

public readonly record struct NbdExportExtent(long Offset, long Length, bool Zero);
