using System.Net;
using System.Text.Json.Serialization;

namespace Stillpoint.Fabric.Goals;

/// <summary>What a VM is told, as it is kept in its file.</summary>
/// <param name="Addresses">Its source addresses; an address is one VM's only.</param>
/// <param name="Incarnation">
/// Goes up by one with each change of the extension. The agent compares it for inequality only, so one must never come back with another content: the first
/// is the second of its making (Unix time), which also holds when the state was lost and the VM is told anew.
/// </param>
/// <param name="Key">The VM's key for protected settings: see <see cref="Keys.SettingsKey"/>.</param>
internal sealed record Goal(
    int Format, Guid Vm, string Name, IReadOnlyList<string> Addresses, long Incarnation, ExtensionGoal Extension, byte[] Key)
{
    public const int CurrentFormat = 1;

    [JsonIgnore]
    public IEnumerable<IPAddress> ParsedAddresses => Addresses.Select(IPAddress.Parse);
}

/// <param name="Sequence">
/// The incarnation that brought these settings: another number exactly when the settings are others, which is what a handler goes by.
/// </param>
/// <param name="Settings">JSON; null: none.</param>
/// <param name="Protected">CMS for the VM's key; null: none. The plain text is kept nowhere.</param>
internal sealed record ExtensionGoal(string Name, string Version, ExtensionState State, long Sequence, string? Settings, byte[]? Protected);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Goal))]
internal sealed partial class GoalJson : JsonSerializerContext;
