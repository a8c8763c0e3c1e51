using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Points;

namespace Stillpoint.Vault.Life;

/// <summary>
/// Writers that may not know what was condemned: those whose leases are there after it. A writer that takes its lease later reads the condemned objects
/// after that. Waited for until their leases end; one that expired is taken away, so that its holder cannot commit.
/// </summary>
internal static class OlderWriters
{
    /// <returns>False: there was no time left.</returns>
    public static async Task<bool> WaitAsync(VaultParts parts, GcOptions options, Func<bool> late, CancellationToken ct)
    {
        HashSet<string>? older = null;
        while (true)
        {
            var writers = (await LeaseList.ReadAsync(parts.Store, parts.Keys, ct).ConfigureAwait(false)).Where(l => l.Kind == LeaseKind.Writer).ToList();
            older ??= [.. writers.Select(w => w.Id)];
            writers.RemoveAll(w => !older.Contains(w.Id));
            if (writers.Count == 0) return true;
            var ended = writers.Where(w => w.State != LeaseState.Live).ToList();
            // Looked at again after that: a renewal just before it counts.
            foreach (var writer in ended) await LeaseList.DeleteAsync(parts.Store, writer.Id, ct).ConfigureAwait(false);
            if (ended.Count == writers.Count) continue;
            options.Tell(GcPhase.Waiting);
            if (options.OnStep is { } told) await told(GcStep.Waiting).ConfigureAwait(false);
            if (late()) return false;
            await Task.Delay(options.PollEvery, parts.Clock, ct).ConfigureAwait(false);
        }
    }
}
