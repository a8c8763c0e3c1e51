using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Scheduling;
using Stillpoint.Control.Workers;

namespace Stillpoint.Cli.Verbs;

/// <summary>Runs what is due and ends: for a timer, where no daemon runs. Several at once do no harm.</summary>
internal static class RunDueVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        using var secret = call.VaultSecret;
        var vault = new VaultAccess(call.VaultPath, secret);
        await Recovery.RunAsync(call, null, ct);
        var log = new DueLog(call);
        using (var scheduler = new BackupScheduler(call.Control, call.World.Connect, vault, log, log, call.World.Clock) { AlertWords = a => AlertWords.Of(a, call.Texts) })
            await scheduler.RunDueAsync(ct);
        call.Show(log.ToJson, JsonDocuments.Shapes.RunDueJson, log.Sum);
        return log.ExitCode;
    }
}
