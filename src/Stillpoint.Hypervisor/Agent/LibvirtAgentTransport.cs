using Stillpoint.Hypervisor.Host;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>
/// The agent on a connection of its own. A thaw must get through also after the daemon was restarted, so a dead connection is opened anew.
/// Used by one caller at a time.
/// </summary>
internal sealed class LibvirtAgentTransport : IAgentTransport
{
    private readonly HostUri _uri;
    private readonly TimeProvider _clock;
    private readonly VmId _vm;
    private readonly string _name;
    private LibvirtConnection _connection;

    private LibvirtAgentTransport(HostUri uri, TimeProvider clock, VmId vm, string name, LibvirtConnection connection) =>
        (_uri, _clock, _vm, _name, _connection) = (uri, clock, vm, name, connection);

    public static async Task<LibvirtAgentTransport> OpenAsync(HostUri uri, TimeProvider clock, VmId vm, string name, CancellationToken ct) =>
        new(uri, clock, vm, name, await LibvirtConnection.OpenAsync(uri, clock, ct).ConfigureAwait(false));

    public async Task<string> SendAsync(string json, TimeSpan timeout, CancellationToken ct)
    {
        var domain = await DomainAsync(ct).ConfigureAwait(false);
        return await domain.AgentCommandAsync(json, timeout, ct).ConfigureAwait(false);
    }

    public async Task SetResponseTimeoutAsync(TimeSpan timeout, CancellationToken ct)
    {
        var domain = await DomainAsync(ct).ConfigureAwait(false);
        await domain.SetAgentResponseTimeoutAsync(timeout, ct).ConfigureAwait(false);
    }

    private async Task<LibvirtDomain> DomainAsync(CancellationToken ct)
    {
        if (!_connection.IsAlive)
        {
            var fresh = await LibvirtConnection.OpenAsync(_uri, _clock, ct).ConfigureAwait(false);
            _connection.Dispose();
            _connection = fresh;
        }
        return new(_connection, _vm, _name);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
