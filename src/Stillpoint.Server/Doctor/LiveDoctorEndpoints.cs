using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Vaults;
using Stillpoint.Server.Vms;
using Stillpoint.Vault;

namespace Stillpoint.Server.Doctor;

/// <summary>The doctor at a VM as it is now. Repairs are not asked for here: they are agreed to one by one, by whoever sits at the command.</summary>
internal static class LiveDoctorEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/vms/{vm}/doctor", ExamineAsync).WithName("examineVm").WithSummary("What is wrong with a VM now, with evidence and remedies; changes nothing")
            .WithMetadata(new LooksOnly()).Needs(Role.Operator);

    private static async Task<LiveDiagnosisView> ExamineAsync(
        string vm, StillpointControl control, HostConnection hosts, ServiceVault vaults, Words words, HttpContext context, CancellationToken ct)
    {
        await using var host = await hosts.ConnectAsync(ct);
        var asked = await NameOfAsync(host, vm, context.Caller(), ct);
        var (path, secret) = VaultOf(vaults);
        using (secret)
        {
            var live = await control.ExamineAsync(host, asked, path, secret, ct);
            return new(
                live.VmName, live.Vm?.ToString(), live.Diagnosis.ToView(words.Causes(context)),
                [.. live.Facts.Select(f => new FactView(f.Name, f.Value, f.Source, f.Time == default ? null : f.Time))], live.EarlierJob?.ToString());
        }
    }

    /// <summary>One that is gone from the host is looked at too, by the name it was backed up under.</summary>
    private static async Task<string> NameOfAsync(IHypervisorHost host, string vm, Caller caller, CancellationToken ct)
    {
        try
        {
            return (await VmEndpoints.FindAsync(host, vm, caller, ct)).Id.ToString();
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound && caller.Sees(vm) && (caller.SeesAll || !Guid.TryParse(vm, out _)))
        {
            // A UUID would name a VM whatever it is called.
            return vm;
        }
    }

    /// <summary>Without a vault, or its key, the rest is looked at all the same.</summary>
    private static (string? Path, VaultSecret? Secret) VaultOf(ServiceVault vaults)
    {
        string? path = null;
        try
        {
            path = vaults.Path;
            return (path, vaults.Secret());
        }
        catch (FailureException)
        {
            return (path, null);
        }
    }
}
