using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Examine;

/// <summary>What is to be looked at.</summary>
/// <param name="Vault">Folder of the vault; null: none was ever chosen here.</param>
/// <param name="Secret">Null: the vault is looked at from outside only.</param>
/// <param name="Since">The last good backup, or a day ago: what the guest's journal says of earlier times is history.</param>
/// <param name="OwnJob">A job of ours is working on the VM now.</param>
/// <param name="Running">Jobs of ours that run on this host now.</param>
public sealed record ExamineOrder(string Vm, string? Vault, VaultSecret? Secret, DateTimeOffset Since, bool OwnJob, int Running);

/// <summary>Texts in which the doctor looks for more: what a collector printed in the guest, or what was read from a recovery point.</summary>
/// <param name="Name">Of the source, as evidence quotes it.</param>
/// <param name="Token">Lines <c>=== TOKEN PART</c> divide the text.</param>
public sealed record GuestText(string Name, string Token, string Text, DateTimeOffset Time);

/// <summary>What was seen of a VM.</summary>
public sealed record Examined(string VmName, VmId? Vm, IReadOnlyList<Fact> Facts, IReadOnlyList<GuestText> Texts);
