namespace Stillpoint.Engine.Warden;

/// <summary>The warden's safety numbers.</summary>
internal static class WardenLimits
{
    /// <summary>Owner gone while the guest may be frozen: thaw after this, or at the freeze limit if that is sooner (DESIGN §3.5).</summary>
    public static readonly TimeSpan ThawAfterOwnerGone = TimeSpan.FromSeconds(2);

    /// <summary>Owner gone while its backup job runs: nobody will read it to the end, and its scratch only grows.</summary>
    public static readonly TimeSpan AbortAfterOwnerGone = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Owner gone for so long and its job still not aborted: libvirtd does not come back, or not for this VM. The journal keeps the job for the next start.
    /// A guest that may be frozen is never left by this.
    /// </summary>
    public static readonly TimeSpan LeaveAfterOwnerGone = TimeSpan.FromHours(1);

    /// <summary>One step of the warden's watch.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    /// <summary>A thaw is asked for as long as it takes; one round of asking lasts at most this.</summary>
    public static readonly TimeSpan ThawRound = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Free space below which the job is aborted: a guest that writes at 2 GB/s fills 200 MB between two ticks, and abort takes milliseconds.
    /// On a small file system half of what was free at the start, since it can never have that much.
    /// </summary>
    public static long ScratchReserve(long freeAtStart) => Math.Min(512L << 20, freeAtStart / 2);
}
