using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The snapshot extension cannot be fetched, unpacked, installed or enabled, and nothing says more exactly why.</summary>
internal sealed partial class ExtLoadFailed() : Cause("ext-load-failed", Link.Package)
{
    private static readonly LinePattern Failed = new("VMSnapshot", FailedLine(), LogKind.Agent);
    private static readonly LinePattern Unpack = new(
        ["Error while unzipping extension package", "HandlerManifest.json not found", "Failed to find executable",
         "Failed to get ext handler pkgs"],
        null, LogKind.Agent);
    private static readonly LinePattern Enabled = new(
        ["Target handler state: enabled", "Starting Freeze Binary", "reached a terminal state"],
        EnabledLine(), LogKind.Agent | LogKind.Extension);
    private static readonly LinePattern Azure = new(
        ["ExtentionOperationFailed", "ExtensionOperationFailed", "ExtensionInstallationFailed"],
        AzureLine(), LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("uninstall-extension", Applies.Azure), new("reload-extension", Applies.Stillpoint), new("read-handler-log",
                Applies.Waagent),
        ], Seed: "C3");

    public override IReadOnlyList<LinePattern> Patterns => [Failed, Unpack, Enabled, Azure];

    public override IReadOnlyList<string> YieldsTo =>
    [
        "ext-python-incompatible", "ext-policy-blocked", "ext-dependency-failed", "ext-stuck-transitioning", "ext-exec-blocked",
        "ext-com-error", "agent-stale-state", "agent-disk-full", "agent-log-dir-missing", "agent-extensions-disabled",
        "agent-selinux-denied", "net-no-outbound", "net-dns", "net-proxy", "net-tls-trust",
    ];

    public override Finding? Judge(CaseFile file)
    {
        var (failed, unpack) = (file.Hits(Failed), file.Hits(Unpack));
        var standing = failed.CountAfter(file.Hits(Enabled));
        if (standing == 0) return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
        var at = failed.Last!.Text.Contains("op=Enable", StringComparison.Ordinal) ? Link.Extension : Link.Package;
        return Finding.Certain(failed, unpack).With("code", failed.Value("code")).With("version", failed.Value("version")).BreaksAt(at);
    }

    [GeneratedRegex(
        @"(?<extension>(Microsoft\.Azure\.RecoveryServices\.|" +
        @"Stillpoint\.)VMSnapshot\w*)-?(?<version>\d[\d.]*\d)?, op=(Install|Enable|Update|Disable|" +
        @"Download), message=(\[Extension\w*Error\]|Failed to (download artifacts|get ext handler pkgs))(.*" +
        @"Non-zero exit code: (?<code>\d+))?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FailedLine();

    [GeneratedRegex(
        @"VMSnapshot\S*\] Target handler state: enabled|Starting Freeze Binary",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EnabledLine();

    [GeneratedRegex(
        "Exten[ts]ionOperationFailed(?!ForManagedDisks)|ExtensionInstallationFailed(?!COM|MDTC)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AzureLine();
}
