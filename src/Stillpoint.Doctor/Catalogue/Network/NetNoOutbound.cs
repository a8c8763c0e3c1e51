using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest reaches the host, and nothing beyond it: the extension's calls to storage all fail.</summary>
internal sealed partial class NetNoOutbound() : Cause("net-no-outbound", Link.Snapshot)
{
    private static readonly LinePattern Fetch = new("Fetch failed", FetchLine(), LogKind.Agent);
    private static readonly LinePattern Curl = new("curl return code", CurlLine(), LogKind.Extension | LogKind.Shell);
    private static readonly LinePattern Http = new("Failed to call http", HttpLine(), LogKind.Extension);
    private static readonly LinePattern Trace =
        new(["Failed to construct ConfigurationProvider", "takes exactly"], null, LogKind.Extension);
    private static readonly LinePattern Refused = new(["ErrorMessage:", "snapshot api returned"], RefusedLine(), LogKind.Extension);
    private static readonly LinePattern Azure = new("ExtensionSnapshotFailedNoNetwork", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("allow-storage-endpoints"), new("allow-in-firewall"), new("restore-default-route", Applies.Linux),
            new("use-proxy", Applies.Waagent), new("host-side-snapshot", Applies.Stillpoint),
        ], Seed: "C1");

    public override IReadOnlyList<LinePattern> Patterns => [Fetch, Curl, Http, Trace, Refused, Azure];

    public override IReadOnlyList<string> YieldsTo =>
    [
        "net-dns", "net-tls-trust", "net-proxy", "net-hostchannel-blocked", "net-interface-down", "net-dhcp-no-host-address",
        "net-restricted", "snap-conflict", "ext-agent-api-mismatch",
    ];

    public override Finding? Judge(CaseFile file)
    {
        // The extension says "no network" as well when it could not build its own HTTP client, or when the storage answered and refused.
        if (file.Hits(Trace).Any || file.Hits(Refused).Any) return null;
        var (fetch, curl, http) = (file.Hits(Fetch), file.Hits(Curl), file.Hits(Http));
        if (file.Extension.Standing(76) is { } reported)
            return Finding.Certain(reported.Event, http, curl, fetch, file.FactIs("guest.default-route", "missing"),
                file.Fact("guest.firewall-drop:*"));
        var probes = Signs.Outside(file).ToArray();
        if (probes.Length > 0)
        {
            var failed = probes.Where(p => p.Fact.Value is "timeout" or "no-route" or "refused").ToArray();
            return failed.Length == probes.Length ? Finding.Certain(failed[0].Fact).With("address", failed[0].Endpoint) : null;
        }
        // One timeout is noise; the agent itself tries three times and more.
        if (fetch.Count + curl.Count + http.Count >= 3)
            return Finding.Likely(fetch, curl, http).BreaksAt(fetch.Any ? Link.Package : Link.Snapshot);
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }

    [GeneratedRegex(
        "Fetch failed: .*(timed out|Errno 101|Network is unreachable|Errno 110|Errno 113)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FetchLine();

    [GeneratedRegex(@"curl return code is ?: ?(7|28)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex CurlLine();

    [GeneratedRegex(
        "Failed to call http with error: .*(timed out|Errno 110|Errno 101|Errno 113|unreachable)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HttpLine();

    [GeneratedRegex(@"IsSuccessful:True|snapshot api returned: 4\d\d|StatusCode:4\d\d", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RefusedLine();
}
