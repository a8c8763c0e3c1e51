using Stillpoint.Engine.Points;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Transfer;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Makes a point's metadata from what a capture found out.</summary>
internal static class PointDescription
{
    public static PointMetadata Of(
        IDomain domain, CapturePlan plan, DateTimeOffset taken, Consistency reached, Failure? reason, TimeSpan? frozen, string? checkpoint,
        IReadOnlyList<(DiskPlan Plan, DiskTransferred Done, long SizeBytes)> disks, IReadOnlyList<FileData> files,
        IReadOnlyList<LeftOut> leftOut, string? guestInfo) => new()
    {
        VmId = domain.Id.ToString(),
        VmName = domain.Name,
        HostName = Environment.MachineName,
        Taken = taken,
        Consistency = reached.ToText(),
        Reason = reason?.ToData(),
        FrozenMilliseconds = frozen?.TotalMilliseconds,
        Checkpoint = checkpoint,
        TrackedDisks = [.. plan.Disks.Where(d => checkpoint is not null && d.InCheckpoint).Select(d => d.Name)],
        Disks = [.. disks.Select(d => new DiskData(
            d.Plan.Name, d.Plan.Disk.Format, d.SizeBytes, d.Done.Mode.ToText(), d.Done.BytesRead, d.Done.BytesChanged, d.Plan.Disk.Source))],
        Files = files,
        LeftOut = [.. leftOut.Select(l => new LeftOutData(l.Name, l.Kind, l.Reason.ToData()))],
        DomainXml = plan.NextStartXml,
        Autostart = plan.Autostart,
        LastFullRead = disks.ToDictionary(d => d.Plan.Name, d => d.Done.Mode is ReadMode.Full ? taken : d.Plan.LastFullRead ?? taken),
        GuestInfo = guestInfo,
    };
}
