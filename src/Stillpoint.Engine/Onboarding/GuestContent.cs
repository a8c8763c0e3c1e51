using System.Text;
using System.Text.RegularExpressions;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Onboarding;

/// <summary>What the guest's files are to hold (docs/azure-agent.md says why). Pure.</summary>
public static partial class GuestContent
{
    public const string ConfPath = "/etc/waagent.conf", RoutePath = "/usr/local/sbin/stillpoint-azure-route";

    private static readonly (string Key, string Value)[] Settings =
        [("Provisioning.Agent", "disabled"), ("Provisioning.MonitorHostName", "n"), ("ResourceDisk.Format", "n"), ("Logs.Collect", "n")];

    public const string DropIn = $"""
        [Unit]
        ConditionVirtualization=
        [Service]
        ExecStartPre={RoutePath}
        Restart=always
        RestartSec=15
        KillMode=process

        """;

    public static string DropInPath(string unit) => $"/etc/systemd/system/{unit}.service.d/10-stillpoint.conf";

    /// <summary>The host is on the VM's own bridge, so the route needs no gateway. A copy of the VM has another MAC, and takes the link of its default route.</summary>
    public static string Route(string mac) => $"""
        #!/bin/sh
        # The way to the host that Azure's agent asks. Made by stillpoint vm onboard.
        link=
        for each in /sys/class/net/*; do
            if [ "$(cat "$each/address")" = {mac} ]; then link=$(basename "$each"); fi
        done
        [ -n "$link" ] || link=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
        [ -n "$link" ] || exit 1
        ip route replace {GuestEndpoint.Host}/32 dev "$link"
        ip route replace {GuestEndpoint.Metadata}/32 dev "$link"

        """;

    /// <summary>waagent.conf with our settings; as it is where it says so already.</summary>
    public static string Conf(string before)
    {
        var lines = before.Split('\n');
        if (Settings.All(s => lines.Where(l => KeyOf(l) == s.Key).ToArray() is [var only] && only == $"{s.Key}={s.Value}")) return before;
        var kept = string.Join('\n', lines.Where(l => Settings.All(s => KeyOf(l) != s.Key)));
        if (kept.Length > 0 && !kept.EndsWith('\n')) kept += "\n";
        return kept + string.Concat(Settings.Select(s => $"{s.Key}={s.Value}\n"));
    }

    /// <summary>The same as cloud-init user data, for a guest that no agent reaches yet.</summary>
    public static string CloudInit(string unit, string mac)
    {
        var keys = string.Join('|', Settings.Select(s => Regex.Escape(s.Key)));
        var text = new StringBuilder("#cloud-config\nwrite_files:\n");
        Append(DropInPath(unit), "0644", DropIn);
        Append(RoutePath, "0755", Route(mac));
        text.Append("runcmd:\n");
        text.Append($"  - [sed, -i, -E, '/^({keys})=/d', {ConfPath}]\n");
        text.Append($"  - [sh, -c, 'printf \"%s\\n\" {string.Join(' ', Settings.Select(s => $"{s.Key}={s.Value}"))} >> {ConfPath}']\n");
        text.Append("  - [systemctl, daemon-reload]\n");
        text.Append($"  - [systemctl, enable, {unit}.service]\n");
        text.Append($"  - [systemctl, restart, --no-block, {unit}.service]\n");
        return text.ToString();

        void Append(string path, string mode, string content)
        {
            text.Append($"  - path: {path}\n    permissions: '{mode}'\n    content: |\n");
            foreach (var line in content.TrimEnd('\n').Split('\n')) text.Append(line.Length == 0 ? "\n" : $"      {line}\n");
        }
    }

    /// <summary>Lines that go and lines that come, in their order; the rest is left out.</summary>
    public static IReadOnlyList<string> Lines(string? before, string? after)
    {
        string[] old = Split(before), now = Split(after);
        return [.. old.Except(now).Select(l => "- " + l), .. now.Except(old).Select(l => "+ " + l)];
    }

    private static string[] Split(string? text) => (text ?? "").TrimEnd('\n').Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string KeyOf(string line) => Assignment().Match(line).Groups[1].Value;

    [GeneratedRegex(@"^\s*([A-Za-z.]+)\s*=")]
    private static partial Regex Assignment();
}
