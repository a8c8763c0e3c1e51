using Stillpoint.Engine.Channels;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <param name="Reason">Why it is not in a backup.</param>
/// <param name="Tracked">Whether incremental backups of it read only what changed.</param>
public sealed record CheckedDisk(string Name, string Format, Failure? Reason, bool Tracked)
{
    public bool InBackup => Reason is null;
}

/// <summary>What a backup of a VM would come to, were it taken now.</summary>
/// <param name="Reachable">The best consistency it can have; null: there would be no point.</param>
/// <param name="Blocked">Why a backup would fail.</param>
/// <param name="Lower">Why the consistency is lower than file system.</param>
/// <param name="LeftOut">What will not be in the point, and scripts that will not be run.</param>
public sealed record VmCheckReport(
    string VmName, VmId Vm, PowerState Power, Consistency? Reachable, Failure? Blocked, Failure? Lower, IReadOnlyList<CheckedDisk> Disks,
    bool InternalSnapshots, IReadOnlyList<Failure> LeftOut);

/// <summary>
/// Looks at a VM before its first backup, by the same code that looks before each: preflight, and everything a freeze needs, the guard in the guest
/// included. Freezes nothing and leaves nothing behind.
/// </summary>
public sealed class VmCheck(EnginePaths paths, TimeProvider clock)
{
    public async Task<VmCheckReport> RunAsync(IDomain domain, CapturePolicy policy, string token, CancellationToken ct)
    {
        var power = (await domain.GetStateAsync(ct)).Power;
        var off = power is PowerState.Off;
        var config = await domain.GetConfigAsync(inactive: off, ct);
        var snapshots = await domain.HasInternalSnapshotsAsync(ct);
        CheckedDisk[] disks =
            [.. config.Disks.Select(d => new CheckedDisk(d.Name, d.Format, d.Unsupported, d.Unsupported is null && d.CanTrack && !snapshots))];
        List<Failure> leftOut = config.HasTpm ? [Failure.Of(FailureCode.TpmNotCaptured, Stage.Reconcile)] : [];
        var blocked = disks.Any(d => d.InBackup)
            ? await BlockedAsync(domain, config, off, ct)
            : Failure.Of(FailureCode.VmHasNoDisks, Stage.Reconcile, ("vm", domain.Name));
        var freeze = off
            ? new(Consistency.Crash, Failure.Of(FailureCode.VmPoweredOff, Stage.Freeze, ("vm", domain.Name)), null)
            : blocked is null ? await TryFreezeAsync(domain, policy, token, ct) : null;
        if (freeze?.Scripts is { } scripts) leftOut.Add(scripts);
        return new(domain.Name, domain.Id, power, blocked is null ? freeze!.Reachable : null, blocked, freeze?.Reason, disks, snapshots, leftOut);
    }

    private async Task<Failure?> BlockedAsync(IDomain domain, DomainConfig config, bool off, CancellationToken ct)
    {
        try
        {
            var root = JobFolder.RootOf(paths);
            // An off VM has no job to be in the way, and its backup needs no scratch space.
            if (!off) await new Preflight(domain, config, root, clock).RunAsync(ct);
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure;
        }
    }

    private async Task<FreezeCheck> TryFreezeAsync(IDomain domain, CapturePolicy policy, string token, CancellationToken ct)
    {
        await using var channel = await GuestChannels.OpenAsync(paths, domain, [], clock, ct);
        return await channel.CheckAsync(FreezeRequest.From(policy, token), ct);
    }
}
