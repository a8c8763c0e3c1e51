using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control;
using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Data back with only the vault's folder and a secret. Opens neither catalog nor libvirt: they may be what was lost.</summary>
internal static class RescueVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var opened = await OpenAsync(call, ct);
        var points = await opened.Vault.ListPointsAsync(null, ct);
        var damaged = await opened.Vault.ListDamagedAsync(ct);
        call.Show(
            () => new(
                [.. points.Select(p => new RescuePointJson(
                    p.Id.ToString(), p.SeriesLabel, p.Series.ToString(), p.Created, p.Rank, [.. p.Trees.Select(t => new RescueDiskJson(t.Name, t.SizeBytes))]))],
                damaged.ToJson(call.Texts)),
            JsonDocuments.Shapes.RescueJson,
            () =>
            {
                var texts = call.Texts;
                if (points.Count == 0) call.Say(texts.Of("list.no-points"));
                var table = new Table(texts.Of("col.point"), texts.Of("col.vm"), texts.Of("col.taken"), texts.Of("col.consistency"), texts.Of("col.disk"));
                foreach (var p in points)
                {
                    table.Add(
                        p.Id.ToString(), p.SeriesLabel, call.Time(p.Created), texts.Consistency((Consistency)p.Rank),
                        string.Join(", ", p.Trees.Select(t => $"{t.Name} ({texts.Size(t.SizeBytes)})")));
                }
                if (points.Count > 0) call.World.Out.Write(table);
            });
        foreach (var failure in damaged) call.Warn(failure);
        return damaged.Count > 0 ? ExitCode.VaultDamaged : ExitCode.Done;
    }

    public static async Task<int> RestoreAsync(Invocation call, CancellationToken ct)
    {
        var started = call.World.Clock.GetTimestamp();
        if (!call.Line.Has("disk")) throw call.Line.ChooseOne("disk");
        var disks = RestoreOptions.DisksOf(call.Line);
        var opened = await OpenAsync(call, ct);
        var point = await PointChoice.FindAsync(call, opened.Vault, ct);
        var order = new RestoreDisks(JobId.New(call.World.Clock), point.Id.ToString(), disks);
        RestoreVerb.Ask(call, order, () => point.ToRecoveryPoint());
        var work = Directory.CreateTempSubdirectory("stillpoint-");
        try
        {
            RestoreResult result;
            await using (var progress = new ProgressView(call))
                result = await call.World.Engine.RestoreAsync(null, opened.Vault, new EnginePaths(work.FullName, work.FullName), order, progress, ct);
            return RestoreVerb.Show(
                call, new JobOutcome<RestoreResult>(order.Job, JobState.Completed, result, null, []), call.World.Clock.GetElapsedTime(started), null);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static Task<OpenedVault> OpenAsync(Invocation call, CancellationToken ct)
    {
        if (call.Line.Value("vault") is not { } vault) throw call.Line.ChooseOne("vault");
        call.Line.NotTogether("recovery-key-file", "passphrase-file");
        var path = Path.GetFullPath(vault);
        var secret = call.Line.Value("recovery-key-file") is { } file ? Secrets.RecoveryKey(file) : call.Secrets.OfVault(call.Line.Value("passphrase-file"), path);
        return call.OpenVaultAsync(path, secret, ct);
    }
}
