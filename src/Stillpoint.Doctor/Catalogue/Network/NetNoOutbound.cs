using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The guest reaches the host, and nothing beyond it: the extension's calls to storage all fail.</summary>
internal sealed partial class NetNoOutbound() : Cause("net-no-outbound", Link.Snapshot)
{
    private static readonly LinePattern Fetch = new("Fetch failed", FetchFailed(), LogKind.Agent);
    private static readonly LinePattern Curl = new("curl return code", CurlFailed(), LogKind.Extension | LogKind.Shell);

    // The extension also says "no network" when it could not build its own HTTP client.
    private static readonly LinePattern Trace = new(["Failed to construct ConfigurationProvider", "takes exactly"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("allow-storage-endpoints"), new("allow-in-firewall"), new("restore-default-route", Applies.Linux), new("use-proxy", Applies.Waagent),
            new("host-side-snapshot", Applies.Stillpoint),
        ],
        Seed: "C1");

    public override IReadOnlyList<LinePattern> Patterns => [Fetch, Curl, Trace];

    public override Finding? Judge(CaseFile file)
    {
        var (fetch, curl) = (file.Hits(Fetch), file.Hits(Curl));
        if (file.Extension.Standing(76) is { } reported && !file.Hits(Trace).Any) return Finding.Certain(reported.Event, curl, fetch);
        // One timeout is noise; the agent itself tries three times and more.
        if (fetch.Count + curl.Count < 3) return null;
        return Finding.Likely(fetch, curl).BreaksAt(fetch.Any ? Link.Package : Link.Snapshot);
    }

    [GeneratedRegex(@"Fetch failed: .*(timed out|Errno 101|Network is unreachable|Errno 110)", RegexOptions.CultureInvariant)]
    private static partial Regex FetchFailed();

    [GeneratedRegex(@"curl return code is ?: ?(7|28)\b", RegexOptions.CultureInvariant)]
    private static partial Regex CurlFailed();
}
