using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The extension's program may not be executed: mounted noexec, its execute bit lost, or ended by an antivirus.</summary>
internal sealed partial class ExtExecBlocked() : Cause("ext-exec-blocked", Link.Extension)
{
    private static readonly LinePattern Denied = new(["handle.sh", "vmsnapshot"], DeniedLine(), LogKind.Agent | LogKind.Shell);
    private static readonly LinePattern Faulting = new("IaaSBcdrExtension.exe", FaultingLine(), LogKind.Windows);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("remount-exec", Applies.Linux), new("restore-execute-permission", Applies.Linux),
            new("exclude-from-antivirus", Applies.Windows),
        ]);

    public override IReadOnlyList<LinePattern> Patterns => [Denied, Faulting];

    private static readonly string[] Homes = ["/var/lib/waagent", "/var/lib", "/var", "/"];

    public override Finding? Judge(CaseFile file)
    {
        var (denied, faulting) = (file.Hits(Denied), file.Hits(Faulting));
        // The mount nearest to the agent's folder is the one that counts.
        var home = Homes.Select(m => (Mount: m, Options: file.Fact($"guest.mount-options:{m}"))).FirstOrDefault(m => m.Options is not null);
        // No extension is run in a guest that is backed up over qga.
        var noexec = file.Value("vm.channel") != "qga" && home.Options is { } options && options.Value.Split(',').Contains("noexec") ? options : null;
        if (!denied.Any && noexec is null && !faulting.Any) return null;
        return Finding.Certain(denied, noexec, faulting).With("path", denied.Value("path"))
            .With("mount", noexec is null ? null : home.Mount);
    }

    [GeneratedRegex(
        @"(?<path>\S*/(handle\.sh|bin/vmsnapshot)): Permission denied|VMSnapshot.*Non-zero exit code: 126\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex DeniedLine();

    [GeneratedRegex(
        @"Faulting application name: IaaSBcdrExtension\.exe|IaaSBcdrExtension\.exe.*(was prevented from running|blocked)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FaultingLine();
}
