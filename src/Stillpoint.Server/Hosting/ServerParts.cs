using Stillpoint.Control;
using Stillpoint.Hypervisor;
using Stillpoint.Server.Configuration;

namespace Stillpoint.Server.Hosting;

/// <summary>Everything outside the service that it touches, so that tests can host all of it.</summary>
internal sealed record ServerParts
{
    public required ServerOptions Options { get; init; }

    public required DataFolder Data { get; init; }

    public required TimeProvider Clock { get; init; }

    public required IEngine Engine { get; init; }

    public required Func<HostUri, CancellationToken, Task<IHypervisorHost>> Connect { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>The vault's passphrase or recovery key is there where no other place was named: looked for at each use, so that it may come after the start.</summary>
    public string UsualSecretFile { get; init; } = "/etc/stillpoint/passphrase";

    /// <summary>Folder of the built portal; null, or empty of it: the service says that there is none.</summary>
    public string? Portal { get; init; }

    /// <summary>For what a person must read at the first start: the set-up token, the certificate's fingerprint.</summary>
    public required TextWriter Out { get; init; }
}
