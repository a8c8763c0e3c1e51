using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

public sealed partial class LibvirtHost
{
    public Task<string?> FindNetworkAsync(string name, bool inactive, CancellationToken ct) => _connection.RunAsync(Stage.Preflight, connection =>
    {
        using var network = NativeMethods.virNetworkLookupByName(connection, name);
        if (network.IsInvalid) return Missing("virNetworkLookupByName", VirError.NoNetwork);
        return Check.Text(NativeMethods.virNetworkGetXMLDesc(network, inactive ? VirFlag.NetworkXmlInactive : 0), "virNetworkGetXMLDesc");
    }, ct);

    public Task DefineNetworkAsync(string xml, CancellationToken ct) => _connection.RunAsync(Stage.Preflight, connection =>
    {
        using var network = Check.Handle(NativeMethods.virNetworkDefineXML(connection, xml), "virNetworkDefineXML");
        return 0;
    }, ct);

    public Task<string?> FindFilterAsync(string name, CancellationToken ct) => _connection.RunAsync(Stage.Preflight, connection =>
    {
        using var filter = NativeMethods.virNWFilterLookupByName(connection, name);
        if (filter.IsInvalid) return Missing("virNWFilterLookupByName", VirError.NoFilter);
        return Check.Text(NativeMethods.virNWFilterGetXMLDesc(filter, 0), "virNWFilterGetXMLDesc");
    }, ct);

    /// <summary>A host without the driver has none of them either.</summary>
    private static string? Missing(string call, int code)
    {
        var error = NativeError.Last();
        return error.Code == code || error.Code == VirError.NoSupport ? null : throw new LibvirtException(call, error);
    }
}
