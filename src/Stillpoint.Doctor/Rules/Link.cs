namespace Stillpoint.Doctor;

/// <summary>
/// The chain of proof, in its order: each link can only hold if those before it do. The earliest broken one is where the cause is.
/// Kebab case (<c>host-channel</c>) is the text form.
/// </summary>
public enum Link
{
    /// <summary>The VM exists, runs or is properly off, and is not locked.</summary>
    VmState,

    /// <summary>The job got its turn: schedules, other jobs, other products.</summary>
    Schedule,

    /// <summary>The agent's process lives and is fit to work.</summary>
    Agent,

    /// <summary>The agent reaches the host: interface, address, wire server, agent channel.</summary>
    HostChannel,

    GoalState,

    /// <summary>The extension's package can be had and unpacked.</summary>
    Package,

    /// <summary>The extension starts and accepts its task.</summary>
    Extension,

    /// <summary>The guest has the processor, memory and disk time to go on.</summary>
    Load,

    /// <summary>Scripts and databases come to rest.</summary>
    Quiesce,

    Freeze,

    /// <summary>The snapshot call, and libvirt's backup job with its bitmaps.</summary>
    Snapshot,

    Thaw,

    /// <summary>The result is reported.</summary>
    Status,

    /// <summary>Reading the source and moving the data.</summary>
    Transfer,

    /// <summary>The target.</summary>
    Vault,
}
