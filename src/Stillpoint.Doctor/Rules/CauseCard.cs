namespace Stillpoint.Doctor;

/// <summary>What the backups taken meanwhile are worth.</summary>
public enum Worth
{
    /// <summary>None were taken.</summary>
    None,
    Crash,

    /// <summary>File-system consistent, not application consistent.</summary>
    Fs,

    /// <summary>They are whole; only the job looks failed.</summary>
    Whole,

    /// <summary>Some disks are missing.</summary>
    Partial,

    /// <summary>To be verified before they are relied on.</summary>
    Suspect,
}

/// <summary>Whom a remedy is for. Several together: all of them must hold.</summary>
[Flags]
public enum Applies
{
    All = 0,
    Linux = 1,
    Debian = 2,
    Rhel = 4,
    Suse = 8,
    Windows = 16,
    StaticIp = 32,
    Waagent = 64,
    Qga = 128,

    /// <summary>Done on the KVM host.</summary>
    Host = 256,

    /// <summary>Only where the backups are Azure's: its portal and services.</summary>
    Azure = 512,

    /// <summary>Only where the backups are ours.</summary>
    Stillpoint = 1024,
    Chrony = 2048,
    SeLinux = 4096,
    AppArmor = 8192,
    Oracle = 16384,
    Proxmox = 32768,
}

/// <summary>Who alone supplies the facts that a rule cannot do without; its page says so.</summary>
public enum SeenOnly
{
    /// <summary>A job of ours: its facts are kept with it.</summary>
    Job,

    /// <summary><c>doctor --vm</c>.</summary>
    Live,

    /// <summary>Whoever writes a fact file: no log and no probe says all of it.</summary>
    FactFile,
}

/// <param name="Slug">Kebab case; its text is <c>ID.remedy.SLUG</c>.</param>
public sealed record Remedy(string Slug, Applies Applies = Applies.All);

/// <param name="Repair">What we can do for them (<c>start-agent</c>); null: nothing.</param>
/// <param name="Seed">The article's cause or table row it comes from (<c>C1</c>, <c>T5</c>); null: none.</param>
/// <param name="NeverVerifiedOnWindows">The rule is for Windows and was only tried on text.</param>
/// <param name="SeenOnly">Null: a bundle of logs can show it.</param>
public sealed record CauseCard(
    Worth Worth, IReadOnlyList<Remedy> Remedies, string? Repair = null, string? Seed = null, bool NeverVerifiedOnWindows = false, SeenOnly? SeenOnly = null);
