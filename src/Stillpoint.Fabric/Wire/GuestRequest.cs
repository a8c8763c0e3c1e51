using System.Globalization;
using System.Net;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Reports;

namespace Stillpoint.Fabric.Wire;

/// <summary>A request of a VM that is known: what was asked, its goal as it was at that moment, and what is kept about it.</summary>
internal sealed record GuestRequest(HttpContext Context, Goal Goal, VmContact Contact, IPAddress Address)
{
    public string Method => Context.Request.Method;

    public string Path => Context.Request.Path.Value ?? "/";

    /// <summary>The query's <c>comp</c> and <c>type</c>, which name most documents.</summary>
    public string Component => Context.Request.Query["comp"].ToString();

    public string Type => Context.Request.Query["type"].ToString();

    /// <summary>The address and port that the guest reached; what else it is to fetch, it fetches there.</summary>
    public string RootAt(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{GuestAddresses.Plain(Context.Connection.LocalIpAddress!)}:{port}");
}

internal static class GuestAddresses
{
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
