using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Points;

/// <summary>
/// What the engine writes into a point's manifest: everything needed to bring the VM back besides the bytes of its disks and files, which are
/// trees of the point. JSON, described in docs/formats/point-metadata.md; fields may be added, never renamed.
/// </summary>
public sealed record PointMetadata
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required string VmId { get; init; }

    public required string VmName { get; init; }

    public required string HostName { get; init; }

    public required DateTimeOffset Taken { get; init; }

    public required string Consistency { get; init; }

    public FailureData? Reason { get; init; }

    public double? FrozenMilliseconds { get; init; }

    /// <summary>Checkpoint of ours made with this point; null when the VM keeps none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Disks that have a bitmap in <see cref="Checkpoint"/>.</summary>
    public IReadOnlyList<string> TrackedDisks { get; init; } = [];

    public required IReadOnlyList<DiskData> Disks { get; init; }

    public IReadOnlyList<FileData> Files { get; init; } = [];

    public IReadOnlyList<LeftOutData> LeftOut { get; init; } = [];

    public required string DomainXml { get; init; }

    public bool Autostart { get; init; }

    /// <summary>When each disk was last read in full; for the policy's FullReadEvery.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LastFullRead { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>Operating system and agent as the guest told them, JSON of guest-get-osinfo and guest-info; null without an agent.</summary>
    public string? GuestInfo { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, PointMetadataJson.Default.PointMetadata);

    /// <summary>Only <see cref="Taken"/>, of one among many thousands: nothing else is read. Null: it is not there.</summary>
    public static DateTimeOffset? ReadTaken(ReadOnlyMemory<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes.Span);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType is not JsonTokenType.PropertyName || !reader.ValueTextEquals("taken"u8)) continue;
                return reader.Read() && reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var taken) ? taken : null;
            }
        }
        catch (JsonException)
        {
            // told by whoever reads all of it
        }
        return null;
    }

    public static PointMetadata Read(ReadOnlyMemory<byte> bytes) =>
        JsonSerializer.Deserialize(bytes.Span, PointMetadataJson.Default.PointMetadata)
        ?? throw new FailureException(FailureCode.VaultDamaged, Stage.Vault, ("object", "point metadata"));
}

public sealed record DiskData(string Name, string Format, long SizeBytes, string Mode, long BytesRead, long BytesChanged, string? SourcePath);

/// <summary>A file of the host that belongs to the VM, stored as the tree <see cref="Tree"/>.</summary>
/// <param name="Role">nvram, kernel, initrd, tpm-state.</param>
public sealed record FileData(string Role, string Path, string Tree, long SizeBytes);

public sealed record LeftOutData(string Name, string Kind, FailureData Reason);

public sealed record FailureData(string Code, string Stage, IReadOnlyDictionary<string, string> Arguments);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PointMetadata))]
internal sealed partial class PointMetadataJson : JsonSerializerContext;
