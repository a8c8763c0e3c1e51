using System.Text.Json;
using Stillpoint.Fabric.Goals;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Snapshots;

/// <summary>The host's half, by the socket.</summary>
internal sealed class SnapshotCommands(SnapshotDesk desk, TimeProvider clock)
{
    private const int LongestWait = 60_000;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPut("/vms/{vm:guid}/snapshot", (Guid vm, HttpContext context) => OpenAsync(new(vm), context));
        app.MapGet("/vms/{vm:guid}/snapshot/{task}", (Guid vm, string task, long after, int wait, HttpContext context) => WatchAsync(Find(vm, task), after, wait, context));
        app.MapPut("/vms/{vm:guid}/snapshot/{task}", (Guid vm, string task, HttpContext context) => AnswerAsync(Find(vm, task), context));
        app.MapDelete("/vms/{vm:guid}/snapshot/{task}", (Guid vm, string task) => desk.Close(new(vm), task));
    }

    private async Task OpenAsync(VmId vm, HttpContext context)
    {
        var request = await ReadAsync(context, FabricJson.Default.SnapshotRequest);
        await context.Response.WriteAsJsonAsync(desk.Open(vm, request), FabricJson.Default.SnapshotTicketView);
    }

    private async Task WatchAsync(SnapshotTicket ticket, long after, int wait, HttpContext context)
    {
        var view = await ticket.WatchAsync(after, TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, LongestWait)), clock, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(view, FabricJson.Default.SnapshotView);
    }

    private static async Task AnswerAsync(SnapshotTicket ticket, HttpContext context)
    {
        var answer = await ReadAsync(context, FabricJson.Default.SnapshotAnswer);
        await context.Response.WriteAsJsonAsync(new SnapshotAnswered(ticket.Answer(answer)), FabricJson.Default.SnapshotAnswered);
    }

    private SnapshotTicket Find(Guid vm, string task) => desk.Find(new VmId(vm), task) ?? throw NotFound(vm.ToString());

    private static FailureException NotFound(string vm) => new(FailureCode.VmNotFound, Stage.Input, ("vm", vm));

    private static async Task<T> ReadAsync<T>(HttpContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw GoalRules.Invalid("$", "a snapshot");
        }
        catch (JsonException e)
        {
            throw GoalRules.Invalid(e.Path ?? "$", "what the shape of a snapshot says");
        }
    }
}
