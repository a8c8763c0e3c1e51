using System.Text.Json.Serialization;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Journal;

/// <summary>
/// What somebody else must know to clean up after a job whose process died. Written before the thing it names exists.
/// </summary>
public sealed record JournalEntry
{
    public required string Job { get; init; }

    public required string VmId { get; init; }

    public required string VmName { get; init; }

    public required string HostUri { get; init; }

    public required string VaultId { get; init; }

    public required string Point { get; init; }

    /// <summary>The job's own folder with socket and scratch files.</summary>
    public required string WorkFolder { get; init; }

    public required string SocketPath { get; init; }

    /// <summary>The checkpoint that begin makes; null: none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Other tools' checkpoints are on the VM: ours are hidden when the job has ended.</summary>
    public bool Foreign { get; init; }

    public int ProcessId { get; init; }

    /// <summary>A freeze may have been sent and its thaw is not confirmed.</summary>
    public bool FreezeOpen { get; init; }

    /// <summary>The guest's scripts before the freeze were begun, and those after it are not known to have ended. At this time the guest begins them by itself.</summary>
    public DateTimeOffset? ScriptsOpenUntil { get; init; }

    /// <summary>A begin may have been sent: there may be a job and a checkpoint.</summary>
    public bool BeginSent { get; init; }

    /// <summary>The point's manifest is in the vault. False says nothing: ask the vault.</summary>
    public bool Committed { get; init; }

    /// <summary>Of a job of this process that has made nothing yet.</summary>
    public static JournalEntry Of(JobId job, PointId point, HostUri host, IDomain domain, VaultId vault, string folder) => new()
    {
        Job = job.ToString(),
        VmId = domain.Id.ToString(),
        VmName = domain.Name,
        HostUri = host.Text,
        VaultId = vault.ToString(),
        Point = point.ToString(),
        WorkFolder = folder,
        SocketPath = JobFolder.SocketIn(folder),
        ProcessId = Environment.ProcessId,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
