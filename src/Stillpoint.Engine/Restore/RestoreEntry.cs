using System.Text.Json.Serialization;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>What somebody else must know to clean up after a restore whose process died, or to finish it.</summary>
internal sealed record RestoreEntry
{
    public required string Job { get; init; }

    public required string Point { get; init; }

    /// <summary>Sockets of the job.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Files of ours, each named before it is made. Without a <see cref="Swap"/> they are worth nothing: the dead restore was not done.</summary>
    public IReadOnlyList<string> Created { get; init; } = [];

    /// <summary>Set once everything new is whole and on stable storage: from then on the restore goes forward only.</summary>
    public SwapPlan? Swap { get; init; }
}

/// <summary>New files take the places of old ones, and the VM is defined anew. Every step may be done twice.</summary>
internal sealed record SwapPlan
{
    public required string HostUri { get; init; }

    public required string VmId { get; init; }

    public required string VmName { get; init; }

    public required string DomainXml { get; init; }

    public bool Autostart { get; init; }

    public bool KeepOld { get; init; }

    public required IReadOnlyList<SwapFile> Files { get; init; }

    public required IReadOnlyList<RestoredDisk> Disks { get; init; }

    /// <summary>The old definition is gone: it must not be looked for again, since removing a definition removes its NVRAM.</summary>
    public bool Undefined { get; init; }

    public bool Defined { get; init; }
}

/// <param name="New">Whole and synced. Gone once it is in its place.</param>
/// <param name="Old">Where the replaced file goes.</param>
internal sealed record SwapFile(string New, string Place, string Old);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RestoreEntry))]
internal sealed partial class RestoreJson : JsonSerializerContext;
