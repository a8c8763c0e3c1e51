using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stillpoint.Waagent;

/// <summary>What a VM is to be told. Sent again as it is, it changes nothing.</summary>
/// <param name="Name">The VM's, 1-255 characters.</param>
/// <param name="Addresses">1-16 IPv4 addresses it asks from; none of them another VM's.</param>
public sealed record GoalRequest(string Name, IReadOnlyList<string> Addresses, ExtensionRequest Extension);

/// <param name="Name">Letters, digits and dots, at most 128: <c>Stillpoint.VMSnapshot</c>. It may change only after its state was Uninstall.</param>
/// <param name="Version">A published one, as long as the extension is to be there.</param>
/// <param name="Settings">A JSON object of at most 128 Ki characters, readable by every process of the guest.</param>
/// <param name="ProtectedSettings">The same, sealed for the VM's key.</param>
public sealed record ExtensionRequest(string Name, string Version, ExtensionState State, JsonElement? Settings = null, JsonElement? ProtectedSettings = null);

/// <summary>What a VM is told, without settings: they may hold secrets.</summary>
/// <param name="Incarnation">Of the goal: the agent reports the one it has finished.</param>
/// <param name="Sequence">Of the settings: a handler reports what it made of it.</param>
/// <param name="Thumbprint">Of the key that protected settings are sealed for.</param>
public sealed record GoalView(
    Guid Vm, string Name, IReadOnlyList<string> Addresses, string Extension, string Version, ExtensionState State, long Incarnation, long Sequence, string Thumbprint);

/// <summary>A VM's goal, and what its agent said; null: nothing since the service started.</summary>
public sealed record VmReport(GoalView Goal, Contact? Contact);

/// <param name="Last">Of any request.</param>
/// <param name="LastPoll">Of the goal state: every 6 s while the agent is idle, none while a handler's command runs.</param>
/// <param name="Status">The last report; its time is the agent's heartbeat.</param>
/// <param name="Reports">How often a status came.</param>
/// <param name="Unreadable">How often something came that could not be read.</param>
/// <param name="Events">The latest 128, oldest first.</param>
public sealed record Contact(
    DateTimeOffset? Last, long Requests, DateTimeOffset? LastPoll, Timed<ReportedStatus>? Status, long Reports, long Unreadable,
    Timed<ReportedHealth>? Health, IReadOnlyList<Timed<Observation>> Observations, IReadOnlyList<Timed<AgentEvent>> Events);

/// <param name="Time">When it came, by the host's clock.</param>
public sealed record Timed<T>(DateTimeOffset Time, T Value);

/// <param name="Damaged">Files of VMs that could not be read; those VMs are not served until they are told anew.</param>
/// <param name="Strangers">At most 64 addresses that asked and are no VM's, the latest first.</param>
public sealed record FabricView(string Version, IReadOnlyList<GoalView> Vms, IReadOnlyList<string> Damaged, IReadOnlyList<StrangerView> Strangers);

public sealed record StrangerView(string Address, DateTimeOffset Last, long Requests);

/// <summary>An expected failure on its way: see <see cref="Model.Failure"/>.</summary>
public sealed record FailureAnswer(string Code, string Stage, IReadOnlyDictionary<string, string> Arguments, IReadOnlyList<Model.Evidence> Evidence);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(GoalRequest))]
[JsonSerializable(typeof(GoalView))]
[JsonSerializable(typeof(VmReport))]
[JsonSerializable(typeof(FabricView))]
[JsonSerializable(typeof(SnapshotRequest))]
[JsonSerializable(typeof(SnapshotTicketView))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(SnapshotAnswer))]
[JsonSerializable(typeof(SnapshotAnswered))]
[JsonSerializable(typeof(FailureAnswer))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class FabricJson : JsonSerializerContext;
