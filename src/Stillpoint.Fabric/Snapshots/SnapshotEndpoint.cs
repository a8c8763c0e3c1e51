using System.Globalization;
using System.Text.Json.Nodes;
using Stillpoint.Fabric.Wire;

namespace Stillpoint.Fabric.Snapshots;

/// <summary>
/// What a guest may ask by a signed address, in the shapes of Azure's snapshot service: <c>POST presnapshot</c>, then <c>POST dosnapshot</c> or <c>PUT
/// DISK?comp=snapshot</c> for each disk (all of one instant), then <c>PUT status</c>. Who has no good signature gets an empty 404; whose time or turn is over, 410.
/// </summary>
internal sealed class SnapshotEndpoint(SnapshotDesk desk, TimeProvider clock)
{
    public Task AnswerAsync(HttpContext context)
    {
        var (path, query) = ((context.Request.Path.Value ?? "").Split('/'), context.Request.Query);
        if (path is not ["", "snapshots", var vm, var task, var what]) return context.Empty(404);
        var ticket = desk.Find(vm, task, query["se"].ToString(), query["sig"].ToString(), out var known);
        if (ticket is null) return context.Empty(known ? 410 : 404);
        if (context.Request.Method == "PUT" && what == "status") return ReportAsync(context, ticket);
        if (desk.IsOver(ticket)) return context.Empty(410);
        return (context.Request.Method, what) switch
        {
            ("POST", "presnapshot") => PrepareAsync(context, ticket),
            ("POST", "dosnapshot") => TakeAsync(context, ticket),
            ("PUT", _) when query["comp"] == "snapshot" && ticket.Disks.Contains(what) => TakeDiskAsync(context, ticket),
            _ => context.Empty(404),
        };
    }

    private async Task PrepareAsync(HttpContext context, SnapshotTicket ticket)
    {
        if (await WaitAsync(context, ticket, SnapshotStage.Preparing, ticket.Prepare()) is not { } answer) return;
        var now = clock.GetUtcNow();
        if (!answer.Good) await context.Empty(410);
        else
        {
            await context.JsonAsync(new JsonObject
            {
                ["responseTime"] = new JsonObject
                {
                    ["year"] = now.Year, ["month"] = now.Month, ["day"] = now.Day, ["hour"] = now.Hour, ["minute"] = now.Minute, ["second"] = now.Second,
                },
                ["bhsVersion"] = "1.0", ["nodeId"] = "stillpoint", ["result"] = "ready",
            });
        }
    }

    private async Task TakeAsync(HttpContext context, SnapshotTicket ticket)
    {
        if (await WaitAsync(context, ticket, SnapshotStage.Asking, ticket.Ask()) is not { } answer) return;
        var disks = ticket.Disks.Select(disk => (JsonNode)new JsonObject
        {
            ["isSuccessful"] = answer.Good ? "true" : "false", ["snapshotUri"] = answer.Good ? $"{disk}?task={ticket.Task}" : "", ["errorMessage"] = answer.Message,
            ["statusCode"] = answer.Good ? "200" : "409",
        });
        await context.JsonAsync(new JsonObject { ["snapshotInfo"] = new JsonArray([.. disks]) });
    }

    /// <summary>Whichever disk is named first has the snapshot of all taken; the others are of it.</summary>
    private async Task TakeDiskAsync(HttpContext context, SnapshotTicket ticket)
    {
        var asked = ticket.Ask() ?? (ticket.View.Stage is SnapshotStage.Asking or SnapshotStage.Answered ? ticket.Pending : null);
        if (await WaitAsync(context, ticket, SnapshotStage.Asking, asked) is not { } answer) return;
        if (answer.Good) context.Response.Headers["x-ms-snapshot"] = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        await context.Empty(answer.Good ? 201 : 409);
    }

    private static async Task ReportAsync(HttpContext context, SnapshotTicket ticket)
    {
        var report = ReportReader.Read(await context.BodyAsync());
        await context.Empty(report is null ? 400 : ticket.TryReport(report) ? 201 : 409);
    }

    /// <summary>Holds the guest until the host has answered. Null: the guest was told that it is not its turn, or is gone, which the host then sees.</summary>
    private static async Task<SnapshotAnswer?> WaitAsync(HttpContext context, SnapshotTicket ticket, SnapshotStage stage, Task<SnapshotAnswer>? answer)
    {
        if (answer is null)
        {
            await context.Empty(410);
            return null;
        }
        try
        {
            return await answer.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            ticket.Leave(stage);
            return null;
        }
    }
}
