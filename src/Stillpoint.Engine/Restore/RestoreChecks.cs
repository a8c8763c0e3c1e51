using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>What must hold on the host before a restore touches anything.</summary>
internal static class RestoreChecks
{
    public static async Task<IDomain?> FindAsync(IHypervisorHost host, string nameOrUuid, CancellationToken ct)
    {
        try
        {
            return await host.FindDomainAsync(nameOrUuid, ct);
        }
        catch (FailureException error) when (error.Failure.Code is FailureCode.VmNotFound)
        {
            return null;
        }
    }

    /// <exception cref="FailureException">VmNameTaken.</exception>
    public static async Task NameMustBeFreeAsync(IHypervisorHost host, string name, VmId? except, CancellationToken ct)
    {
        foreach (var domain in await host.ListDomainsAsync(ct))
            if (domain.Name == name && domain.Id != except) throw new FailureException(FailureCode.VmNameTaken, Stage.Restore, ("vm", name), ("uri", host.Uri.Text));
    }

    /// <exception cref="FailureException">VmRunning.</exception>
    public static async Task MustBeOffAsync(IDomain domain, CancellationToken ct)
    {
        if ((await domain.GetStateAsync(ct)).Power is not (PowerState.Off or PowerState.Crashed))
            throw new FailureException(FailureCode.VmRunning, Stage.Restore, ("vm", domain.Name));
    }

    /// <summary>A name that can be a VM's and part of a file's.</summary>
    /// <exception cref="FailureException">UsageInvalid.</exception>
    public static void NameMustBeUsable(string name)
    {
        if (name.Length is 0 or > 200 || name.StartsWith('.') || name.Any(c => c == '/' || char.IsControl(c)))
            throw new FailureException(FailureCode.UsageInvalid, Stage.Input, ("option", "as"), ("value", name), ("expected", "name"));
    }
}
