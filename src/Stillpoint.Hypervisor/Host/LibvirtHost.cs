using System.Xml.Linq;
using Stillpoint.Hypervisor.Host;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

/// <inheritdoc cref="IHypervisorHost"/>
public sealed partial class LibvirtHost : IHypervisorHost
{
    private readonly LibvirtConnection _connection;

    private LibvirtHost(LibvirtConnection connection) => _connection = connection;

    public HostUri Uri => _connection.Uri;

    public bool IsAlive => _connection.IsAlive;

    /// <exception cref="FailureException">HostUnreachable, HostPermissionDenied, HostRefused.</exception>
    public static async Task<LibvirtHost> ConnectAsync(HostUri uri, TimeProvider clock, CancellationToken ct) =>
        new(await LibvirtConnection.OpenAsync(uri, clock, ct).ConfigureAwait(false));

    public async Task<IHypervisorHost> OpenAnotherAsync(CancellationToken ct) =>
        await ConnectAsync(Uri, _connection.Clock, ct).ConfigureAwait(false);

    public async Task<IReadOnlyList<DomainSummary>> ListDomainsAsync(CancellationToken ct) =>
        await _connection.RunAsync(Stage.Connect, DomainReading.All, ct).ConfigureAwait(false);

    public async Task<IDomain> FindDomainAsync(string nameOrUuid, CancellationToken ct)
    {
        if (await _connection.RunAsync(Stage.Connect, connection => Find(connection, nameOrUuid), ct).ConfigureAwait(false) is var (id, name)) return new LibvirtDomain(_connection, id, name);
        var all = await ListDomainsAsync(ct).ConfigureAwait(false);
        var failure = Failure.Of(FailureCode.VmNotFound, Stage.Connect, ("vm", nameOrUuid), ("uri", Uri.Text));
        throw new FailureException(failure.With(new("virConnectListAllDomains", string.Join(", ", all.Select(d => d.Name).Order(StringComparer.Ordinal)))));
    }

    private static (VmId, string)? Find(ConnectionHandle connection, string nameOrUuid)
    {
        // A name first: it may look like a UUID, and then its owner means the name.
        using var named = NativeMethods.virDomainLookupByName(connection, nameOrUuid);
        if (!named.IsInvalid) return Of(named);
        var error = NativeError.Last();
        if (error.Code != VirError.NoDomain) throw new LibvirtException("virDomainLookupByName", error);
        if (!Guid.TryParse(nameOrUuid, out var id)) return null;
        using var known = NativeMethods.virDomainLookupByUUIDString(connection, id.ToString());
        if (!known.IsInvalid) return Of(known);
        error = NativeError.Last();
        return error.Code == VirError.NoDomain ? null : throw new LibvirtException("virDomainLookupByUUIDString", error);

        static (VmId, string) Of(DomainHandle domain) => (DomainReading.Id(domain.DangerousGetHandle()), DomainReading.Name(domain.DangerousGetHandle()));
    }

    public async Task<IDomain> DefineAsync(string xml, CancellationToken ct)
    {
        var (id, name) = await _connection.RunAsync(Stage.Restore, connection =>
        {
            using var domain = NativeMethods.virDomainDefineXMLFlags(connection, xml, VirFlag.DefineValidate);
            if (domain.IsInvalid) throw DefineFailure(xml, NativeError.Last());
            return (DomainReading.Id(domain.DangerousGetHandle()), DomainReading.Name(domain.DangerousGetHandle()));
        }, ct).ConfigureAwait(false);
        return new LibvirtDomain(_connection, id, name);
    }

    private static Exception DefineFailure(string xml, NativeError error)
    {
        const string call = "virDomainDefineXMLFlags";
        if (error.Code != VirError.OperationFailed) return new LibvirtException(call, error);
        var name = XElement.Parse(xml).Element("name")?.Value.Trim() ?? "";
        return new FailureException(Failure.Of(FailureCode.VmNameTaken, Stage.Restore, ("vm", name)).With(LibvirtFailures.Evidence(call, error)));
    }

    public async Task<string> FindPoolFolderAsync(string pool, CancellationToken ct)
    {
        var xml = await _connection.RunAsync(Stage.Restore, connection =>
        {
            using var found = NativeMethods.virStoragePoolLookupByName(connection, pool);
            if (found.IsInvalid)
            {
                var error = NativeError.Last();
                if (error.Code == VirError.NoStoragePool) return null;
                throw new LibvirtException("virStoragePoolLookupByName", error);
            }
            if (NativeMethods.virStoragePoolIsActive(found) != 1) return null;
            return Check.Text(NativeMethods.virStoragePoolGetXMLDesc(found, 0), "virStoragePoolGetXMLDesc");
        }, ct).ConfigureAwait(false);
        var root = xml is null ? null : XElement.Parse(xml);
        var path = root?.Attribute("type")?.Value is "dir" or "fs" or "netfs" ? root.Element("target")?.Element("path")?.Value : null;
        return path ?? throw new FailureException(FailureCode.PoolNotFound, Stage.Restore, ("pool", pool), ("uri", Uri.Text));
    }

    public IDisposable Subscribe(VmId vm, Action<DomainEvent> handler) => _connection.Events.Subscribe(vm, handler);

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
