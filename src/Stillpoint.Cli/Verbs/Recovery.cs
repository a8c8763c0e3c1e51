using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Repairs;
using Stillpoint.Hypervisor;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

/// <summary>Before any new job: what interrupted ones left behind is thawed, ended and cleaned up, and said.</summary>
internal static class Recovery
{
    public static async Task RunAsync(Invocation call, IVault? vault, CancellationToken ct)
    {
        foreach (var job in await call.Control.RecoverAsync(call.World.Connect, vault, call.Warn, ct))
        {
            if (call.Json) continue;
            (string, string)[] about = [("job", job.Job), ("vm", job.VmName)];
            if (job.Thawed) call.World.Error.WriteLine(call.Texts.Of("recovered.thawed", about));
            if (job.ScriptsEnded) call.World.Error.WriteLine(call.Texts.Of("recovered.scripts", about));
            if (job.Left is { } left) FailureView.Write(call.World.Error, call.Texts.Of("recovered.left", about), left, call.Texts);
            else if (job.Closed) call.World.Error.WriteLine(call.Texts.Of("recovered.cleaned", about));
        }
        await EndRepairsAsync(call, ct);
    }

    public static async Task<IReadOnlyList<InterruptedRepair>> EndRepairsAsync(Invocation call, CancellationToken ct)
    {
        var repairs = await call.Control.EndRepairsAsync(call.World.Connect, call.Warn, ct);
        foreach (var (record, left) in call.Json ? [] : repairs)
        {
            (string, string)[] about = [("repair", record.Repair), ("vm", record.VmName)];
            if (left is not null) FailureView.Write(call.World.Error, call.Texts.Of("recovered.repair-left", about), left, call.Texts);
            else call.World.Error.WriteLine(record.End switch
            {
                RepairEnd.Undone => call.Texts.Of("recovered.repair-taken-back", about),
                RepairEnd.Helped => call.Texts.Of("recovered.repair-helped", about),
                _ => call.Texts.Of("recovered.repair-cut-short", about),
            });
        }
        return repairs;
    }

    public static async Task FinishRestoresAsync(Invocation call, IHypervisorHost host, CancellationToken ct)
    {
        foreach (var restore in await call.Control.FinishRestoresAsync(host, call.Warn, ct))
        {
            if (call.Json) continue;
            (string, string)[] about = [("job", restore.Job), ("vm", restore.VmName ?? "")];
            if (restore.Left is { } left) FailureView.Write(call.World.Error, call.Texts.Of("recovered.restore-left", about), left, call.Texts);
            else call.World.Error.WriteLine(call.Texts.Of(restore.Result is null ? "recovered.restore-taken-back" : "recovered.restore-finished", about));
        }
    }
}
