using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Doctor;
using Stillpoint.Engine.Repairs;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;
using Stillpoint.Server.Vaults;
using Stillpoint.Server.Vms;

namespace Stillpoint.Server.Doctor;

/// <summary>The doctor at a VM as it is now, and repairs: each is asked for by itself, by whoever has seen what is wrong.</summary>
internal static class LiveDoctorEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/vms/{vm}/doctor", ExamineAsync).WithName("examineVm").WithSummary("What is wrong with a VM now, with evidence and remedies; changes nothing")
            .WithMetadata(new LooksOnly()).Needs(Role.Operator);
        api.MapPost("/jobs/repair", RepairAsync).WithName("startRepair").WithSummary("Repair a cause at a VM, if it is still found; confirm where it is not safe").Needs(Role.Operator);
    }

    private static async Task<LiveDiagnosisView> ExamineAsync(
        string vm, StillpointControl control, HostConnection hosts, ServiceVault vaults, Words words, HttpContext context, CancellationToken ct)
    {
        await using var host = await hosts.ConnectAsync(ct);
        var asked = await NameOfAsync(host, vm, context.Caller(), ct);
        var (path, secret) = vaults.Known();
        using (secret)
        {
            var live = await control.ExamineAsync(host, asked, path, secret, ct);
            return new(
                live.VmName, live.Vm?.ToString(), live.Diagnosis.ToView(words.Causes(context)),
                [.. live.Facts.Select(f => new FactView(f.Name, f.Value, f.Source, f.Time == default ? null : f.Time))], live.EarlierJob?.ToString());
        }
    }

    private static async Task<Accepted<JobStarted>> RepairAsync(
        RepairRequest request, JobStarter starter, JobWork work, HostConnection hosts, HttpContext context, CancellationToken ct)
    {
        var cause = Catalogue.Find(request.Cause) ?? throw new FailureException(FailureCode.CauseUnknown, Stage.Input, ("value", request.Cause));
        IDomain domain;
        await using (var host = await hosts.ConnectAsync(ct)) domain = await VmEndpoints.FindAsync(host, request.Vm, context.Caller(), ct);
        if (cause.Card.Repair is not { } named || RepairOrder.Of(named) is not { } repair)
            throw new FailureException(FailureCode.CauseNotRepairable, Stage.Input, ("vm", domain.Name), ("cause", cause.Id));
        if (!repair.Safe) Requests.Confirm(request.Confirm, domain.Name);
        AuditTrail.TellTarget(context, $"{repair.Id} of {domain.Name} against {cause.Id}");
        var vm = domain.Id.ToString();
        return await starter.StartAsync(
            context, "repair " + JsonSerializer.Serialize(request, ContractsJson.Default.RepairRequest), job => work.Repair(new(job, vm, cause.Id)));
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
}
