using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Server.Configuration;

/// <summary>What the service is told. Every key of the configuration is one line of <see cref="Keys"/>, with what it may be.</summary>
internal sealed record ServerOptions
{
    /// <summary>The data folder; null: as the CLI chooses it.</summary>
    public string? Data { get; init; }

    public string Host { get; init; } = HostUri.Default.Text;

    /// <summary>Null: the default one of the catalog.</summary>
    public string? Vault { get; init; }

    public string? PassphraseFile { get; init; }

    /// <summary>Loopback only, unless told otherwise.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new(IPAddress.Loopback, 7443)];

    /// <summary>PEM files, both or none; none: self-signed, made at the first start.</summary>
    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }

    /// <summary>Where restores asked for over the network may write.</summary>
    public IReadOnlyList<string> RestoreFolders { get; init; } = ["/var/lib/libvirt/images"];

    /// <summary>False: nothing starts by itself; for who runs `run-due` by a timer.</summary>
    public bool Schedule { get; init; } = true;

    /// <summary>1 to 64: jobs that were asked for. What is scheduled has the plan's own limits.</summary>
    public int JobsAtOnce { get; init; } = 4;

    /// <summary>5 to 43,200.</summary>
    public int SessionMinutes { get; init; } = 720;

    /// <summary>1 to 8,192: the largest bundle of logs that may be sent.</summary>
    public int BundleMegabytes { get; init; } = 256;

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public static IReadOnlyList<OptionKey> Keys { get; } =
    [
        new("data", "an absolute path of a folder", (o, v) => Absolute(v) ? o with { Data = v } : null),
        new("host", "qemu:///system, qemu:///session or another URI of libvirt on this machine", (o, v) => IsHost(v) ? o with { Host = v } : null),
        new("vault", "an absolute path of a vault's folder", (o, v) => Absolute(v) ? o with { Vault = v } : null),
        new("passphraseFile", "an absolute path of a file with mode 0600", (o, v) => Absolute(v) ? o with { PassphraseFile = v } : null),
        new("listen", "ADDRESS:PORT, several with commas: 127.0.0.1:7443, [::1]:7443, or 0.0.0.0:7443 for every network",
            (o, v) => Addresses(v) is { } all ? o with { Listen = all } : null),
        new("certificate", "an absolute path of a PEM file", (o, v) => Absolute(v) ? o with { Certificate = v } : null),
        new("certificateKey", "an absolute path of a PEM file", (o, v) => Absolute(v) ? o with { CertificateKey = v } : null),
        new("restoreFolders", "absolute paths of folders, several with commas",
            (o, v) => Split(v) is { Length: > 0 } all && all.All(Absolute) ? o with { RestoreFolders = all } : null),
        new("schedule", "on, off", (o, v) => v is "on" or "off" ? o with { Schedule = v == "on" } : null),
        new("jobsAtOnce", "1-64", (o, v) => Number(v, 1, 64) is { } n ? o with { JobsAtOnce = n } : null),
        new("sessionMinutes", "5-43200", (o, v) => Number(v, 5, 43_200) is { } n ? o with { SessionMinutes = n } : null),
        new("bundleMegabytes", "1-8192", (o, v) => Number(v, 1, 8192) is { } n ? o with { BundleMegabytes = n } : null),
        new("logLevel", "debug, information, warning, error", (o, v) => Level(v) is { } level ? o with { LogLevel = level } : null),
    ];

    private static bool Absolute(string path) => Path.IsPathFullyQualified(path) && !path.Contains('\0', StringComparison.Ordinal);

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? n : null;

    private static bool IsHost(string uri)
    {
        try
        {
            HostUri.Parse(uri);
            return true;
        }
        catch (FailureException)
        {
            return false;
        }
    }

    private static List<IPEndPoint>? Addresses(string text)
    {
        var all = new List<IPEndPoint>();
        foreach (var one in Split(text))
        {
            var named = one.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + one["localhost".Length..] : one;
            // Without a port it would be one that the system chooses.
            if (named.LastIndexOf(':') <= named.LastIndexOf(']') || !IPEndPoint.TryParse(named, out var address)) return null;
            if (named.Count(c => c == ':') > 1 && named[0] != '[') return null;
            all.Add(address);
        }
        return all.Count > 0 ? all : null;
    }

    private static LogLevel? Level(string text) => text switch
    {
        "debug" => Microsoft.Extensions.Logging.LogLevel.Debug,
        "information" => Microsoft.Extensions.Logging.LogLevel.Information,
        "warning" => Microsoft.Extensions.Logging.LogLevel.Warning,
        "error" => Microsoft.Extensions.Logging.LogLevel.Error,
        _ => null,
    };
}

/// <param name="Name">In the file; in the environment it is <see cref="Variable"/>.</param>
/// <param name="Expected">What it may be, for whoever wrote something else.</param>
/// <param name="Set">Null: the value does not fit.</param>
internal sealed record OptionKey(string Name, string Expected, Func<ServerOptions, string, ServerOptions?> Set)
{
    public const string Prefix = "STILLPOINTD_";

    /// <summary><c>jobsAtOnce</c> is <c>STILLPOINTD_JOBS_AT_ONCE</c>.</summary>
    public string Variable => Prefix + string.Concat(Name.Select(c => char.IsAsciiLetterUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
