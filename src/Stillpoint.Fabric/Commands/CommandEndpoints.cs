using System.Text.Json;
using Stillpoint.Fabric.Callers;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;
using Stillpoint.Fabric.Packages;
using Stillpoint.Fabric.Reports;
using Stillpoint.Fabric.Snapshots;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Commands;

/// <summary>What may be commanded by the socket.</summary>
internal sealed class CommandEndpoints(GoalStore goals, PackageStore packages, VmContacts contacts, Strangers strangers, SnapshotDesk snapshots, string version)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpContext context) => context.Response.WriteAsJsonAsync(All(), FabricJson.Default.FabricView));
        app.MapGet("/vms/{vm:guid}", (Guid vm, HttpContext context) => context.Response.WriteAsJsonAsync(Report(new(vm)), FabricJson.Default.VmReport));
        app.MapPut("/vms/{vm:guid}", (Guid vm, HttpContext context) => PutAsync(new(vm), context));
        app.MapDelete("/vms/{vm:guid}", (Guid vm) => Forget(new(vm)));
        app.MapPut("/packages/{name}/{version}", (string name, string version, HttpContext context) =>
            packages.PublishAsync(name, version, context.Request.Body, context.RequestAborted));
    }

    private async Task PutAsync(VmId vm, HttpContext context)
    {
        var request = await ReadAsync(context);
        var extension = request.Extension;
        if (extension.State != ExtensionState.Uninstall && GoalRules.IsExtensionName(extension.Name) && packages.Find(extension.Name, extension.Version) is null)
            throw GoalRules.Invalid("extension.version", $"a published one: {string.Join(", ", packages.Versions(extension.Name))}");
        await context.Response.WriteAsJsonAsync(View(goals.Put(vm, request)), FabricJson.Default.GoalView);
    }

    private static async Task<GoalRequest> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, FabricJson.Default.GoalRequest, context.RequestAborted)
                ?? throw GoalRules.Invalid("$", "a goal");
        }
        catch (JsonException e)
        {
            throw GoalRules.Invalid(e.Path ?? "$", "what the shape of a goal says");
        }
    }

    private VmReport Report(VmId vm) => goals.Find(vm) is { } goal
        ? new(View(goal), contacts.Find(vm))
        : throw new FailureException(FailureCode.VmNotFound, Stage.Input, ("vm", vm.ToString()));

    private void Forget(VmId vm)
    {
        goals.Remove(vm);
        contacts.Remove(vm);
        snapshots.Forget(vm);
    }

    private FabricView All() => new(
        version, [.. goals.All.Select(View)], goals.Damaged, [.. strangers.List().Select(s => new StrangerView(s.Address.ToString(), s.Last, s.Requests))]);

    private static GoalView View(Goal goal) => new(
        goal.Vm, goal.Name, goal.Addresses, goal.Extension.Name, goal.Extension.Version, goal.Extension.State, goal.Incarnation, goal.Extension.Sequence,
        SettingsKey.Thumbprint(goal.Key));
}
