using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Capture;

/// <param name="Vm">Name or UUID.</param>
/// <param name="FullRead">Read every disk in full, whatever the bitmaps say.</param>
/// <param name="ExcludedDisks">Targets to leave out.</param>
/// <param name="BeforeRelease">A command run by <c>/bin/sh -c</c> after the commit, while the job's exports still stand:
/// <c>STILLPOINT_NBD_SOCKET</c> and <c>STILLPOINT_EXPORTS</c> (space separated) are in its environment. For comparing a point with its source.</param>
public sealed record BackupOrder(
    JobId Job, string Vm, CapturePolicy Policy, IReadOnlySet<string> ExcludedDisks, string? BeforeRelease = null,
    bool FullRead = false)
{
    /// <summary>Freeze also a guest that is busy.</summary>
    public bool DespiteLoad { get; init; }

    /// <summary>How much it may write to the vault, by time of day.</summary>
    public IReadOnlyList<BandwidthLimit> Bandwidth { get; init; } = [];
}

/// <param name="Vault">Where the point is.</param>
/// <param name="Warnings">What is lower than wanted or left out, and what was found on the way.</param>
public sealed record CaptureResult(RecoveryPoint Point, IReadOnlyList<Failure> Warnings, VaultId Vault);

/// <summary>How a job ended. <see cref="Failure"/> is set when it failed or was cancelled.</summary>
public sealed record JobOutcome<T>(JobId Job, JobState State, T? Result, Failure? Failure, IReadOnlyList<Failure> Warnings) where T : class;
