using System.Text.Json.Serialization;

namespace Stillpoint.Engine.Onboarding;

public enum ChangeKind
{
    /// <summary>Addresses of Azure's on the VM's bridge, as it runs.</summary>
    BridgeAddress,

    /// <summary>libvirt's definition of the VM's network, which is in force from its next start.</summary>
    Network,

    /// <summary>The network filter of the VM's interface.</summary>
    Filter,

    /// <summary>A file in the guest.</summary>
    GuestFile,

    /// <summary>The agent's unit in the guest is read anew and restarted.</summary>
    GuestAgent,

    /// <summary>`vm channel`.</summary>
    Channel,
}

/// <summary>One thing that onboarding changes, with all it takes to undo it.</summary>
/// <param name="Place">Bridge, network, MAC, path or unit.</param>
/// <param name="Before">What was there; null: nothing. A file's bytes are base64.</param>
/// <param name="After">What is there then; of bridge and network what is added, with spaces between.</param>
public sealed record OnboardingChange(ChangeKind Kind, string Place, string? Before, string? After)
{
    /// <summary>Of a guest's file: octal.</summary>
    public string Mode { get; init; } = "644";

    /// <summary>Of a guest's file: numbers of user and group.</summary>
    public string Owner { get; init; } = "0:0";
}

/// <summary>What onboarding changed for a VM. Kept in the data folder, <c>onboarding/</c>, a file for each VM; a change is in it before it is made.</summary>
/// <param name="Bridge">Of the VM, as <paramref name="Network"/>: others of the same place may need what was added there.</param>
public sealed record OnboardingRecord(int Format, Guid Vm, string Name, string Bridge, string? Network, IReadOnlyList<OnboardingChange> Changes)
{
    public const int CurrentFormat = 1;
}

/// <summary>A change as people are shown it before it is made.</summary>
/// <param name="What">A command, or what is changed; never translated.</param>
/// <param name="Lines">Lines that go (-) and come (+).</param>
public sealed record OnboardingStep(OnboardingChange Change, string What, IReadOnlyList<string> Lines)
{
    public bool InGuest => Change.Kind is ChangeKind.GuestFile or ChangeKind.GuestAgent;

    /// <summary>It is in force from the network's next start on.</summary>
    public bool NeedsNetworkRestart => Change.Kind is ChangeKind.Network;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(OnboardingRecord))]
internal sealed partial class OnboardingJson : JsonSerializerContext;
