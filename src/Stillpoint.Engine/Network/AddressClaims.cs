using Stillpoint.Engine.Channels;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Network;

/// <summary>Looks whether another VM claims an address too: by its filter, its lease, the neighbour table, or by what it was told with `vm channel`.</summary>
public static class AddressClaims
{
    /// <exception cref="FailureException">GuestAddressClaimed.</exception>
    public static async Task MustBeAloneAsync(
        IHypervisorHost host, IDomain domain, IReadOnlyList<FoundAddress> addresses, ChannelSettings settings, CancellationToken ct)
    {
        var names = new Dictionary<VmId, string>();
        foreach (var other in (await host.ListDomainsAsync(ct)).Where(d => d.Id != domain.Id))
        {
            names[other.Id] = other.Name;
            foreach (var claim in await LookAsync(host, other, ct)) Refuse(claim.Address, other.Name, claim.From);
        }
        foreach (var (vm, setup) in settings.All().Where(s => s.Vm != domain.Id && !s.Setup.Found))
            foreach (var address in setup.Addresses) Refuse(address, names.GetValueOrDefault(vm, vm.ToString()), AddressFrom.Told);

        void Refuse(string address, string other, AddressFrom from)
        {
            if (addresses.FirstOrDefault(a => a.Address == address) is not { } own) return;
            var failure = Failure.Of(FailureCode.GuestAddressClaimed, Stage.Preflight, ("vm", domain.Name), ("address", address), ("other", other));
            throw new FailureException(failure.With(new(domain.Name, $"{own.From.ToText()} {own.Mac}")).With(new(other, from.ToText())));
        }
    }

    private static async Task<IReadOnlyList<FoundAddress>> LookAsync(IHypervisorHost host, DomainSummary other, CancellationToken ct)
    {
        try
        {
            return await GuestAddresses.LookAsync(await host.FindDomainAsync(other.Id.ToString(), ct), withAgent: false, ct);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound)
        {
            return [];
        }
    }
}
