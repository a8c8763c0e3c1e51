using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

internal static class RestoreVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var started = call.World.Clock.GetTimestamp();
        RestoreOptions.Check(call.Line);
        var service = await call.ServiceAsync(Concern.Host | Concern.Vault, ct);
        var outcome = service is null ? await HereAsync(call, ct) : await ThereAsync(call, service, ct);
        var took = call.World.Clock.GetElapsedTime(started);
        return Show(call, outcome, took, outcome.Result?.VmName is null ? null : service is null ? call.HostUri.Text : await service.HostAsync(ct));
    }

    /// <param name="point">Asked for only where its VM is named.</param>
    public static void Ask(Invocation call, RestoreOrder order, Func<RecoveryPoint> point)
    {
        if (order is RestoreInPlace)
        {
            var view = point();
            call.Confirm(call.Texts.Of("prompt.replace", ("vm", view.VmName), ("point", view.Id.ToString()), ("taken", call.Time(view.Taken))));
        }
        if (order is RestoreDisks disks)
        {
            foreach (var disk in disks.Disks.Where(d => d.Overwrite && File.Exists(d.Target)))
                call.Confirm(call.Texts.Of("prompt.overwrite", ("path", disk.Target)));
        }
    }

    private static async Task<JobOutcome<RestoreResult>> HereAsync(Invocation call, CancellationToken ct)
    {
        // Which VM's limits hold is known with the point, which the vault tells.
        IReadOnlyList<BandwidthLimit> limits = [];
        var vault = await call.OpenVaultAsync(new Pace(now => BandwidthLimit.At(limits, TransferDirection.Restore, now), call.World.Clock), ct);
        var point = await PointChoice.FindAsync(call, vault.Vault, ct);
        limits = call.Control.LimitsOf(new(point.Series.Value));
        var order = RestoreOptions.OrderOf(call, JobId.New(call.World.Clock), point.Id.ToString());
        Ask(call, order, () => point.ToRecoveryPoint());
        IHypervisorHost? host = order is RestoreDisks ? null : await call.ConnectAsync(ct);
        await Recovery.RunAsync(call, vault.Vault, ct);
        await using var progress = new ProgressView(call);
        return await call.Control.RestoreAsync(host, vault, point, order, progress, ct);
    }

    private static async Task<JobOutcome<RestoreResult>> ThereAsync(Invocation call, ServiceLink service, CancellationToken ct)
    {
        var point = await PointChoice.FindAsync(call, service, ct);
        var id = point.Id.ToString();
        var order = RestoreOptions.OrderOf(call, JobId.New(call.World.Clock), id);
        Ask(call, order, () => point);
        var request = RestoreOptions.RequestOf(order, point.VmName);
        EndedJob ended;
        await using (var progress = new ProgressView(call))
            ended = await new ServiceJob(call, service).RunAsync((s, key, left) => s.Jobs.RestoreAsync(request, left, key), progress, ct);
        var result = ended.Report?.Restored is not { } r ? null : new RestoreResult(
            Received.IdOf(r.Point), r.Vm, r.VmId is { } vm ? Received.VmOf(vm) : null, [.. r.Disks.Select(d => new RestoredDisk(d.Name, d.Target, d.Format, d.SizeBytes))]);
        return new(ended.Job.Id, ended.Job.State, result, ended.Failed(result), ended.Warnings);
    }

    /// <param name="host">Where the VM came back; null: single disks.</param>
    public static int Show(Invocation call, JobOutcome<RestoreResult> outcome, TimeSpan took, string? host)
    {
        if (outcome.Failure is { } failure)
        {
            foreach (var warning in outcome.Warnings) call.Warn(warning);
            return CliProgram.Tell(failure, call.World, call.Texts, call.Json, outcome.Job, outcome.Warnings);
        }
        var result = outcome.Result!;
        call.Show(
            () => new(
                outcome.Job.ToString(), outcome.State.ToText(), result.Point.ToString(), result.VmName, result.Vm?.ToString(),
                [.. result.Disks.Select(d => new RestoredDiskJson(d.Name, d.Target, d.Format, d.SizeBytes))],
                Math.Round(took.TotalSeconds, 3), outcome.Warnings.ToJson(call.Texts)),
            JsonDocuments.Shapes.RestoreJson,
            () => Write(call, result, took, host));
        foreach (var warning in outcome.Warnings) call.Warn(warning);
        return ExitCode.Done;
    }

    private static void Write(Invocation call, RestoreResult result, TimeSpan took, string? host)
    {
        var texts = call.Texts;
        var time = Invocation.Seconds(took);
        call.Say(result.VmName is { } vm
            ? texts.Of("restore.vm-done", ("vm", vm), ("point", result.Point.ToString()), ("time", time))
            : texts.Of("restore.disks-done", ("count", $"{result.Disks.Count}"), ("point", result.Point.ToString()), ("time", time)));
        var table = new Table(texts.Of("col.disk"), texts.Of("col.format"), texts.Of("col.size"), texts.Of("col.target"));
        foreach (var disk in result.Disks) table.Add(disk.Name, disk.Format, texts.Size(disk.SizeBytes), disk.Target);
        call.World.Out.Write(table);
        if (result.VmName is { } name && !call.Line.Has("start"))
            call.Say(texts.Of("restore.not-started", ("host", host ?? ""), ("vm", name)));
    }
}
