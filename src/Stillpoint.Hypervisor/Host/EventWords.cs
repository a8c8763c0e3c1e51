namespace Stillpoint.Hypervisor.Host;

/// <summary>libvirt's event numbers as our words.</summary>
internal static class EventWords
{
    private const int PausedDetailIoError = 2;

    /// <summary>Null: nothing anybody here waits for (defined, undefined, ...).</summary>
    public static DomainEventKind? Lifecycle(int what, int detail) => what switch
    {
        2 => DomainEventKind.Started,
        3 when detail == PausedDetailIoError => DomainEventKind.PausedByIoError,
        3 => DomainEventKind.Paused,
        4 => DomainEventKind.Resumed,
        5 => DomainEventKind.Stopped,
        6 => DomainEventKind.ShuttingDown,
        8 => DomainEventKind.Stopped,
        _ => null,
    };

    /// <summary><c>vda[3]</c>, a node of the disk's chain, to <c>vda</c>.</summary>
    public static string DiskOfThreshold(string device)
    {
        var bracket = device.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0 ? device : device[..bracket];
    }
}
