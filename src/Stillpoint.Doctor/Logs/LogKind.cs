namespace Stillpoint.Doctor;

/// <summary>What sort of text a line stands in: by the file's name, else by what its first lines look like.</summary>
[Flags]
public enum LogKind
{
    /// <summary>Nothing known: still searched by patterns that ask for any kind.</summary>
    Unknown = 0,

    /// <summary>waagent.log.</summary>
    Agent = 1,

    /// <summary>The snapshot extension's extension.log.</summary>
    Extension = 2,

    /// <summary>shell.log and CommandExecution.log.</summary>
    Shell = 4,

    /// <summary>The guest's syslog, journal text, kernel ring.</summary>
    System = 8,

    /// <summary>audit.log and AppArmor's lines.</summary>
    Audit = 16,

    /// <summary>Windows: agent, plugin and event logs as text.</summary>
    Windows = 32,

    /// <summary>The host's side: libvirt, QEMU, backup tools, our own jobs.</summary>
    Host = 64,

    /// <summary>What a command printed: systemctl, df, ps, iptables, vssadmin ...</summary>
    Command = 128,

    /// <summary>Settings and state files: waagent.conf, *.xml, *.json, leases, netplan.</summary>
    Config = 256,

    /// <summary>A status file of an extension handler.</summary>
    Status = 512,

    Guest = Agent | Extension | Shell | System | Audit | Windows | Command | Config | Status,
    Any = Guest | Host,
}
