using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <summary>What a domain's XML says, as far as backup and restore need it.</summary>
/// <param name="Xml">Whole, with secrets libvirt gives out only on request left out.</param>
public sealed record DomainConfig(string Xml, IReadOnlyList<DomainDisk> Disks, string? NvramPath, string? KernelPath, string? InitrdPath, bool HasTpm, bool HasAgentChannel)
{
    /// <summary>Whether an agent has the channel open; null: no channel, or the VM is off.</summary>
    public bool? AgentConnected { get; init; }
}

public enum DiskSourceKind
{
    File,
    Block,
    Network,
    None,
}

/// <param name="Name">Target: vda.</param>
/// <param name="Format">qcow2, raw, or what the XML says.</param>
/// <param name="Source">Path of the active layer; null for network disks and empty drives.</param>
/// <param name="Unsupported">Why it cannot be in a point (CD-ROM, floppy, read-only, transient, network source we cannot read); null: it can.</param>
public sealed record DomainDisk(
    string Name, string Device, DiskSourceKind Kind, string Format, string? Source, bool HasBackingChain, bool ReadOnly, Failure? Unsupported)
{
    /// <summary>False: the image is qcow2 of version 2, which has no place for bitmaps; begin would fail for all disks.</summary>
    public bool HoldsBitmaps { get; init; } = true;

    /// <summary>Whether a dirty bitmap can be kept: qcow2 only.</summary>
    public bool CanTrack => Format == "qcow2" && HoldsBitmaps;
}
