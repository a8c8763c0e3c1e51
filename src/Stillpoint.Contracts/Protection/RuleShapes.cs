namespace Stillpoint.Contracts;

/// <summary>Puts every VM that fits all that is given under a policy; at least one is. The first rule by name decides.</summary>
/// <param name="Match">Of the VM's name: <c>*</c> any characters, <c>?</c> one.</param>
/// <param name="Metadata"><c>ELEMENT=VALUE</c> in libvirt's metadata of the VM.</param>
/// <param name="Host">URI of a host.</param>
public sealed record NewRule(string Name, string Policy, string? Match = null, string? Metadata = null, string? Host = null);

/// <param name="Vms">How many VMs it protects now.</param>
public sealed record RuleView(string Name, string Policy, string? Match, string? Metadata, string? Host, int Vms);

/// <param name="Vms">How many VMs it had protected.</param>
public sealed record RuleRemoved(string Name, int Vms);
