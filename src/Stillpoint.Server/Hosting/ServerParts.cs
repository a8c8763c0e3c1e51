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

    /// <summary>For what a person must read at the first start: the set-up token, the certificate's fingerprint.</summary>
    public required TextWriter Out { get; init; }
}
