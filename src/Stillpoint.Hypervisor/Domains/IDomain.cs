using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>One VM of a host. Same rules for bounds and failures as <see cref="IHypervisorHost"/>.</summary>
public interface IDomain
{
    VmId Id { get; }

    string Name { get; }

    Task<DomainState> GetStateAsync(CancellationToken ct);

    /// <param name="inactive">The configuration for the next start, instead of the one that runs.</param>
    Task<DomainConfig> GetConfigAsync(bool inactive, CancellationToken ct);

    /// <summary>Virtual size of a disk in bytes, as the running guest sees it (virDomainGetBlockInfo: capacity).</summary>
    Task<long> GetDiskSizeAsync(string disk, CancellationToken ct);

    /// <summary>Null: no job. Ask before <see cref="BeginBackupAsync"/>: a second job does not fail but blocks 30 s.</summary>
    Task<RunningJob?> GetJobAsync(CancellationToken ct);

    /// <summary>With, per disk, whether its bitmap is usable now. For a powered-off VM usability is not known (null).</summary>
    Task<IReadOnlyList<Checkpoint>> ListCheckpointsAsync(CancellationToken ct);

    Task<bool> HasInternalSnapshotsAsync(CancellationToken ct);

    /// <summary>
    /// Starts a pull-mode backup of all listed disks at one instant, with the checkpoint in the same call. Scratch files exist already
    /// (qcow2 of the disk's size) and stay the caller's. Bounded by <paramref name="ct"/>: when it is cancelled the call is abandoned, and
    /// the caller must look for the job and abort it.
    /// </summary>
    /// <exception cref="FailureException">CheckpointInconsistent (109, 103), VmBusyWithOtherJob (68), VmNotRunning (84), ScratchUnusable, HostRefused.</exception>
    Task BeginBackupAsync(BackupRequest request, CancellationToken ct);

    /// <summary>Whether the running job is the backup whose socket is <paramref name="socketPath"/>.</summary>
    Task<bool> OwnsBackupAsync(string socketPath, CancellationToken ct);

    /// <summary>Aborts whatever job runs and waits (at most 10 s) until a backup is gone. No error if there is none.</summary>
    Task AbortJobAsync(CancellationToken ct);

    /// <summary>Bytes written to each disk's scratch so far, by disk target.</summary>
    Task<IReadOnlyDictionary<string, long>> GetScratchUseAsync(CancellationToken ct);

    /// <summary>One <see cref="DomainEventKind.ScratchThreshold"/> once the disk's scratch has grown to this many bytes.</summary>
    Task SetScratchThresholdAsync(string disk, long bytes, CancellationToken ct);

    /// <summary>
    /// Removes a checkpoint with its bitmaps; where a bitmap is already gone, the metadata and what is left. No error if there is none.
    /// </summary>
    Task DeleteCheckpointAsync(string name, CancellationToken ct);

    /// <summary>
    /// Removes the bitmaps whose names begin so from the VM's disks: at QEMU while it runs, in the top layer of the images while it is off. Never
    /// while a backup of them runs.
    /// </summary>
    Task<RemovedBitmaps> RemoveBitmapsAsync(string prefix, CancellationToken ct);

    /// <summary>Removes a checkpoint's metadata only (the bitmaps record on).</summary>
    /// <param name="keep">Given the XML that brings it back, before libvirt forgets it; if it throws, nothing is removed.</param>
    Task HideCheckpointAsync(string name, Action<string> keep, CancellationToken ct);

    /// <summary>Brings a hidden checkpoint back; one that is in sight stays as it is.</summary>
    Task RedefineCheckpointAsync(string xml, CancellationToken ct);

    /// <summary>Of a running or paused VM.</summary>
    Task<DomainReadings> ReadCountersAsync(CancellationToken ct);

    /// <summary>Bitmaps at the running QEMU; empty while it is off. Marks the domain as tainted in libvirt's log, once per start.</summary>
    Task<IReadOnlyList<LiveBitmap>> ListLiveBitmapsAsync(CancellationToken ct);

    /// <summary>Runs a POSIX sh script in the guest, by its agent.</summary>
    /// <returns>Null: it had not ended within <paramref name="bound"/>, and goes on in the guest.</returns>
    /// <exception cref="FailureException">As of <see cref="AgentCommandAsync"/>.</exception>
    Task<GuestOutput?> RunInGuestAsync(string script, IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct);

    /// <summary>IPv4 addresses of its interfaces; none while it is off.</summary>
    /// <exception cref="FailureException">As of libvirt: no such source on this host, agent not connected.</exception>
    Task<IReadOnlyList<InterfaceAddress>> ListAddressesAsync(AddressSource source, CancellationToken ct);

    /// <summary>Changes an interface to what the XML says of it: of the running VM, or of its definition.</summary>
    Task UpdateInterfaceAsync(string xml, bool live, CancellationToken ct);

    /// <summary>Adds the agent's channel to the running VM and to its definition.</summary>
    Task AddAgentChannelAsync(CancellationToken ct);

    /// <summary>Takes it off both again.</summary>
    Task RemoveAgentChannelAsync(CancellationToken ct);

    Task StartAsync(CancellationToken ct);

    /// <summary>Asks the guest to shut down and returns at once; whether it does is the guest's.</summary>
    /// <exception cref="FailureException">VmNotRunning.</exception>
    Task ShutdownAsync(CancellationToken ct);

    Task ResumeAsync(CancellationToken ct);

    /// <summary>Pulls the plug. No error if it is off.</summary>
    Task DestroyAsync(CancellationToken ct);

    /// <summary>Removes the definition with checkpoint metadata, NVRAM and managed save; disks stay.</summary>
    Task UndefineAsync(CancellationToken ct);

    Task<bool> GetAutostartAsync(CancellationToken ct);

    Task SetAutostartAsync(bool on, CancellationToken ct);

    /// <summary>The agent over virtio-serial, on connections of its own.</summary>
    Task<IGuestChannel> OpenAgentChannelAsync(CancellationToken ct);

    /// <summary>
    /// One raw agent command (JSON) with its bound: for the warden and for facts. Returns the reply's JSON.
    /// </summary>
    /// <exception cref="FailureException">AgentNotConfigured, AgentNotConnected, AgentNotResponding, AgentCommandBlocked, HostRefused.</exception>
    Task<string> AgentCommandAsync(string json, TimeSpan timeout, CancellationToken ct);
}

/// <param name="Removed">Names; one that several disks had counts once.</param>
/// <param name="Left">Names that could not be removed: in a read-only layer, or in use.</param>
public sealed record RemovedBitmaps(IReadOnlyList<string> Removed, IReadOnlyList<string> Left);

/// <param name="Operation">libvirt's word: backup, snapshot, migration, save ...</param>
public sealed record RunningJob(string Operation, bool IsBackup);

/// <param name="UsableBitmaps">Per disk target: true usable, false missing or inconsistent; null for the whole while the VM is off.</param>
public sealed record Checkpoint(string Name, string? Parent, DateTimeOffset Created, IReadOnlyDictionary<string, bool>? UsableBitmaps);

/// <param name="SocketPath">Absolute, at most 107 bytes, in a folder QEMU's user may write.</param>
/// <param name="Checkpoint">Name of the checkpoint made in the same call; null: none.</param>
public sealed record BackupRequest(string SocketPath, string? Checkpoint, IReadOnlyList<BackupDisk> Disks);

/// <param name="Base">Checkpoint to read incrementally from; null: full.</param>
/// <param name="InCheckpoint">Whether this disk gets a bitmap in the new checkpoint (raw disks cannot).</param>
public sealed record BackupDisk(string Name, string ScratchPath, string? Base, bool InCheckpoint)
{
    /// <summary>The NBD meta context of the dirty bitmap of an incremental disk.</summary>
    public string DirtyContext => "qemu:dirty-bitmap:backup-" + Name;
}
