using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Vms;

namespace Stillpoint.Server.Protection;

/// <summary>Which VM is under which policy.</summary>
internal static class ProtectionEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/protected-vms", List).WithName("listProtectedVms").WithSummary("Protected VMs by name, those that are gone too").Needs(Role.Reader);
        api.MapGet("/vms/{vm}/protection", Show).WithName("showProtection").WithSummary("The policy that a VM is under").Needs(Role.Reader);
        api.MapPut("/vms/{vm}/protection", ProtectAsync).WithName("protectVm").WithSummary("Put a VM under a policy, by hand").Needs(Role.Operator);
        api.MapDelete("/vms/{vm}/protection", Unprotect).WithName("unprotectVm").WithSummary("Out of its policy; its points stay; confirm is the VM's name").Needs(Role.Operator);
    }

    private static IReadOnlyList<ProtectionView> List(StillpointControl control, HttpContext context) => [.. control.Seen(context.Caller()).Select(ToView)];

    private static ProtectionView Show(string vm, StillpointControl control, HttpContext context) => ToView(Find(control, vm, context.Caller()));

    private static async Task<ProtectionView> ProtectAsync(
        string vm, ProtectRequest request, StillpointControl control, HostConnection hosts, HttpContext context, CancellationToken ct)
    {
        control.Policies.Find(request.Policy);
        await using var host = await hosts.ConnectAsync(ct);
        var domain = await VmEndpoints.FindAsync(host, vm, context.Caller(), ct);
        AuditTrail.TellTarget(context, $"{domain.Name} under {request.Policy}");
        return ToView(await control.ProtectAsync(host, domain.Id.ToString(), request.Policy, ct));
    }

    private static NoContent Unprotect(string vm, string? confirm, StillpointControl control, HttpContext context)
    {
        var found = Find(control, vm, context.Caller());
        Requests.Confirm(confirm, found.Name);
        AuditTrail.TellTarget(context, $"{found.Name} of {found.Policy}");
        control.Protection.Unprotect(found.Id);
        return TypedResults.NoContent();
    }

    /// <summary>Among those the caller may know of: of several with one name, a hidden one must not show by being in the way.</summary>
    /// <exception cref="FailureException">VmNotProtected, VmNameAmbiguous.</exception>
    private static ProtectedVm Find(StillpointControl control, string vm, Caller caller)
    {
        var found = control.Seen(caller).Where(v => v.Name == vm || v.Id.ToString().Equals(vm, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count == 1 ? found[0] : throw new FailureException(found.Count == 0 ? FailureCode.VmNotProtected : FailureCode.VmNameAmbiguous, Stage.Input, ("vm", vm));
    }

    private static ProtectionView ToView(ProtectedVm v) => new(v.Name, v.Id.ToString(), v.Host, v.Policy, v.Rule, v.Since, v.Orphaned);
}
