namespace Stillpoint.Hypervisor;

/// <summary>Counters of a running VM at one moment, as libvirt keeps them. Two of them, some time apart, tell a rate.</summary>
/// <param name="BusyNanoseconds">Of all its processors together: time they ran, and time they wanted to and the host let them wait.</param>
/// <param name="MemoryBytes">What the guest has; null without a balloon that reports.</param>
/// <param name="MemoryUsableBytes">Of it neither used nor needed; null without a balloon that reports.</param>
/// <param name="Writes">Requests to all disks.</param>
/// <param name="DiskErrors">Disks whose errors paused the VM: <c>no-space</c> or <c>error</c>, by target.</param>
public sealed record DomainReadings(
    long BusyNanoseconds, int Processors, long? MemoryBytes, long? MemoryUsableBytes, long Writes, IReadOnlyDictionary<string, string> DiskErrors);

/// <summary>A dirty bitmap of a running QEMU.</summary>
/// <param name="File">The image that has it.</param>
/// <param name="Broken">It was in use when an earlier QEMU ended: what it says is worth nothing.</param>
public sealed record LiveBitmap(string File, string Name, bool Broken);

/// <summary>What a command in the guest printed.</summary>
/// <param name="Exit">-1: ended by a signal.</param>
public sealed record GuestOutput(int Exit, string Text);
