using System.Text;
using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Logs;

/// <summary>Tells what a file is: by its name where that says so, else by how most of its first lines look.</summary>
internal static partial class LogKinds
{
    public static LogKind Of(string path, ReadOnlySpan<byte> beginning)
    {
        var kind = ByName(path);
        return kind != LogKind.Unknown ? kind : ByContent(Encoding.UTF8.GetString(beginning[..Math.Min(beginning.Length, 16384)]));
    }

    public static LogKind ByName(string path)
    {
        var p = path.Replace('\\', '/').ToLowerInvariant();
        if (p.EndsWith(".gz", StringComparison.Ordinal)) p = p[..^3];
        var name = p[(p.LastIndexOf('/') + 1)..];
        var snapshot = p.Contains("vmsnapshot", StringComparison.Ordinal) || p.Contains("vmbackup", StringComparison.Ordinal);
        if (WindowsNames().IsMatch(p)) return name.EndsWith(".status", StringComparison.Ordinal) ? LogKind.Status : LogKind.Windows;
        if (name.StartsWith("waagent.log", StringComparison.Ordinal)) return LogKind.Agent;
        if (name.StartsWith("extension.log", StringComparison.Ordinal))
            return snapshot || !p.Contains("/azure/", StringComparison.Ordinal) ? LogKind.Extension : LogKind.Shell;
        if (name.StartsWith("shell.log", StringComparison.Ordinal) || name.StartsWith("commandexecution", StringComparison.Ordinal)) return LogKind.Shell;
        if (name.EndsWith(".status", StringComparison.Ordinal)) return LogKind.Status;
        if (HostNames().IsMatch(p)) return LogKind.Host;
        if (name.StartsWith("audit.log", StringComparison.Ordinal)) return LogKind.Audit;
        if (ConfigNames().IsMatch(name)) return LogKind.Config;
        if (HostCommandNames().IsMatch(name)) return LogKind.Host | LogKind.Command;
        if (SystemNames().IsMatch(name)) return LogKind.System;
        if (CommandNames().IsMatch(name)) return LogKind.Command;
        return p.Contains("/log/azure/", StringComparison.Ordinal) ? (snapshot ? LogKind.Extension : LogKind.Shell) : LogKind.Unknown;
    }

    public static LogKind ByContent(string text)
    {
        var lines = text.Split('\n', 66, StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) return LogKind.Unknown;
        var first = lines[0].TrimStart();
        if (CommandHeads().IsMatch(first)) return LogKind.Command;
        if (first.StartsWith('<') && !PriorityHead().IsMatch(first)) return LogKind.Config;
        var counts = new Dictionary<LogKind, int>();
        foreach (var line in lines)
        {
            var kind = OfLine(line);
            if (kind != LogKind.Unknown) counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }
        // Logs of several kinds pasted into one file are nobody's kind: then every pattern looks.
        return counts.Count switch
        {
            0 => LogKind.Unknown,
            1 when counts.Values.Single() * 2 >= lines.Length => counts.Keys.Single(),
            _ => LogKind.Unknown,
        };
    }

    private static LogKind OfLine(string line) =>
        AgentLine().IsMatch(line) ? LogKind.Agent
        : AuditLine().IsMatch(line) ? LogKind.Audit
        : HostLine().IsMatch(line) ? LogKind.Host
        : SystemLine().IsMatch(line) ? LogKind.System
        : LogKind.Unknown;

    [GeneratedRegex(@"windowsazure|waappagent|transparentinstaller|iaasbcdr|vssadmin|/packages/plugins/|(^|/)c(:|_)?/|\.evtx?\.|eventlog|winevt|bcdragent|\.reg$")]
    private static partial Regex WindowsNames();

    [GeneratedRegex(@"libvirt|virtqemud|vzdump|virtnbdbackup|proxmox|(^|/)pbs|(^|/)qemu/|qemu-server|stillpoint|(^|/)host/")]
    private static partial Regex HostNames();

    [GeneratedRegex(@"^(virsh|qemu-img|domblk|domjob|domstate|lvs|vgs|zpool)")]
    private static partial Regex HostCommandNames();

    [GeneratedRegex(@"\.(conf|cfg|xml|json|ya?ml|leases?|manifest|settings|network|ini)$|^(os-release|fstab|ifcfg-.*|resolv\.conf|handlerstate|interfaces|environment)$")]
    private static partial Regex ConfigNames();

    [GeneratedRegex(@"^(syslog|messages|kern|daemon|user|boot|dmesg|journal|cloud-init|auth|secure|system\.log|dpkg|yum|dnf)")]
    private static partial Regex SystemNames();

    [GeneratedRegex(@"^(systemctl|df|ps|iptables|ip6tables|nft|mount|lsblk|free|top|ip|route|vmstat|uptime|loadavg|pressure|timedatectl|chronyc|dpkg-l|rpm-qa|getenforce|sestatus|reg|sc|netstat|ss|firewall|lsof|losetup|findmnt|service|nc|curl)([-_. ]|$)")]
    private static partial Regex CommandNames();

    [GeneratedRegex(@"^(● |○ |× |Filesystem +(1K|1024|Size|Inodes|Type)|USER +PID|UID +PID|PID TTY| +PID|-P INPUT|table (inet|ip|ip6) |Chain INPUT|NAME +MAJ:MIN|HKEY_|vssadmin |SERVICE_NAME|image: )")]
    private static partial Regex CommandHeads();

    [GeneratedRegex(@"^<[0-9]{1,3}>")]
    private static partial Regex PriorityHead();

    [GeneratedRegex(@"^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9:.]+Z? (VERBOSE|INFO|WARNING|ERROR) ((Daemon|ExtHandler|MainThread|CollectLogs|SendTelemetry|EnvHandler|MonitorHandler)\b|(Event|Azure Linux Agent|Agent|Wire|Protocol|Fetch|HostGA))")]
    private static partial Regex AgentLine();

    [GeneratedRegex(@"^(node=\S+ )?type=[A-Z_]+ msg=audit\(")]
    private static partial Regex AuditLine();

    [GeneratedRegex(@"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+[+-][0-9]{4}: (starting up|[0-9]+: (error|warning|info|debug))|(INFO|ERROR|WARN): (starting new backup|Starting Backup|VM |Backup job|issuing guest-agent|creating|include disk))")]
    private static partial Regex HostLine();

    [GeneratedRegex(@"^(<[0-9]{1,3}>1? ?)?([A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9:]{4,5}|Z)?) \S+ [\w./()@-]+(\[[0-9]+\])?: ")]
    private static partial Regex SystemLine();
}
