using System.Net;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Callers;

/// <summary>
/// Which VM is asking. The protocol identifies a guest by its source address and by nothing else, so whoever answers here decides who gets a VM's
/// settings: an address must not be believed beyond what the host's network filter holds to be true.
/// </summary>
internal interface ICallers
{
    /// <summary>Null: nobody that is known, who then gets nothing.</summary>
    /// <param name="address">Plain IPv4 where it is one (no mapping into IPv6).</param>
    VmId? Find(IPAddress address);
}
