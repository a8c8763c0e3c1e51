using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Images;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Reconcile;

/// <summary>
/// Brings together libvirt's checkpoints, the images' bitmaps and the vault. A checkpoint is a usable base for a disk exactly if its bitmap is
/// good and the point it names is whole in this vault and has the disk; anything else costs a full read, and no more than that.
/// </summary>
internal sealed class Reconciler(IVault vault, HiddenCheckpoints hidden, TimeProvider clock)
{
    public async Task<CapturePlan> PlanAsync(IDomain domain, BackupOrder order, CancellationToken ct)
    {
        var live = (await domain.GetStateAsync(ct)).Power is not PowerState.Off;
        var config = await domain.GetConfigAsync(inactive: !live, ct);
        var (disks, leftOut) = Choose(config, order);
        if (disks.Count == 0)
        {
            var why = leftOut.Select(l => new Evidence(l.Name, l.Reason.ToString()));
            throw new FailureException(Failure.Of(FailureCode.VmHasNoDisks, Stage.Reconcile, ("vm", domain.Name)) with { Evidence = [.. why] });
        }

        var points = await vault.ListPointsAsync(new SeriesId(domain.Id.Value), ct);
        if (live) await hidden.BringBackAsync(domain, vault.Id, ct);
        var checkpoints = await domain.ListCheckpointsAsync(ct);
        var bases = new Bases(vault.Id, points, checkpoints);

        var plans = new List<DiskPlan>();
        var tracks = await TracksAsync(domain, order.Policy.Tracking, ct);
        foreach (var disk in disks)
        {
            var size = live ? await domain.GetDiskSizeAsync(disk.Name, ct) : 0;
            var chosen = order.FullRead || !disk.CanTrack ? null : bases.Find(disk, live ? null : await BitmapsOfAsync(disk, ct));
            if (chosen is not null && IsFullReadDue(chosen, disk, order.Policy)) chosen = null;
            plans.Add(new(
                disk, size, chosen?.Checkpoint, chosen?.Point.FindTree(disk.Name) ?? bases.NewestTree(disk.Name),
                chosen?.LastFullRead(disk.Name), live && tracks && disk.CanTrack));
        }
        return new(
            config, (await domain.GetConfigAsync(inactive: true, ct)).Xml, await domain.GetAutostartAsync(ct), plans, leftOut, points.Count, points.LastOrDefault(p => plans.Any(d => d.BaseTree is { } t && p.Trees.Contains(t))),
            plans.Any(p => p.InCheckpoint),
            !tracks,
            [.. checkpoints.Select(c => c.Name).Where(n => CheckpointName.TryParse(n, vault.Id, out _))],
            checkpoints.Any(c => !CheckpointName.IsOurs(c.Name)));
    }

    private bool IsFullReadDue(Base chosen, DomainDisk disk, CapturePolicy policy) =>
        chosen.LastFullRead(disk.Name) is not { } last || clock.GetUtcNow() - last >= policy.FullReadEvery;

    private static (List<DomainDisk> Disks, List<LeftOut> LeftOut) Choose(DomainConfig config, BackupOrder order)
    {
        var unknown = order.ExcludedDisks.Except(config.Disks.Select(d => d.Name)).FirstOrDefault();
        if (unknown is not null)
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "exclude-disk"), ("value", unknown),
                ("expected", string.Join(", ", config.Disks.Select(d => d.Name))));
        var disks = new List<DomainDisk>();
        var leftOut = new List<LeftOut>();
        foreach (var disk in config.Disks)
        {
            var reason = order.ExcludedDisks.Contains(disk.Name)
                ? Failure.Of(FailureCode.DiskExcluded, Stage.Reconcile, ("disk", disk.Name))
                : disk.Unsupported;
            if (reason is null) disks.Add(disk);
            else leftOut.Add(new(disk.Name, disk.Device, reason));
        }
        if (config.HasTpm) leftOut.Add(new("tpm", "tpm", Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)));
        return (disks, leftOut);
    }

    private static async Task<bool> TracksAsync(IDomain domain, Tracking tracking, CancellationToken ct) => tracking switch
    {
        Tracking.None => false,
        Tracking.Persistent => true,
        // A checkpoint makes the revert of an internal snapshot fail and leaves the VM off.
        _ => !await domain.HasInternalSnapshotsAsync(ct),
    };

    /// <summary>
    /// The bitmaps of a powered-off VM's image. In a chain each layer holds its own share of a bitmap, and qemu-nbd shows the top one's only:
    /// such a disk is read in full.
    /// </summary>
    private static async Task<IReadOnlySet<string>> BitmapsOfAsync(DomainDisk disk, CancellationToken ct) =>
        disk is { HasBackingChain: false, Source: { } path }
            ? await QemuImg.ListUsableBitmapsAsync(path, ct)
            : new HashSet<string>();

    internal sealed record Base(string Checkpoint, PointInfo Point, PointMetadata Metadata)
    {
        public DateTimeOffset? LastFullRead(string disk) => Metadata.LastFullRead.TryGetValue(disk, out var time) ? time : null;
    }

    private sealed class Bases
    {
        private readonly IReadOnlyList<PointInfo> _points;
        private readonly List<(Base Base, Checkpoint Checkpoint)> _newestFirst = [];

        public Bases(VaultId vault, IReadOnlyList<PointInfo> points, IReadOnlyList<Checkpoint> checkpoints)
        {
            _points = points;
            foreach (var checkpoint in checkpoints)
            {
                if (!CheckpointName.TryParse(checkpoint.Name, vault, out var id)) continue;
                if (points.FirstOrDefault(p => p.Id == id) is { } point)
                    _newestFirst.Add((new(checkpoint.Name, point, PointMetadata.Read(point.Metadata)), checkpoint));
            }
            _newestFirst.Sort((a, b) => b.Base.Point.Id.CompareTo(a.Base.Point.Id));
        }

        public Base? Find(DomainDisk disk, IReadOnlySet<string>? offlineBitmaps)
        {
            foreach (var (candidate, checkpoint) in _newestFirst)
            {
                var usable = offlineBitmaps?.Contains(checkpoint.Name) ?? checkpoint.UsableBitmaps?.GetValueOrDefault(disk.Name) ?? false;
                if (usable && candidate.Metadata.TrackedDisks.Contains(disk.Name) && candidate.Point.FindTree(disk.Name) is not null) return candidate;
            }
            return null;
        }

        public TreeInfo? NewestTree(string disk) => _points.Select(p => p.FindTree(disk)).LastOrDefault(t => t is not null);
    }
}
