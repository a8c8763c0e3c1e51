using System.Globalization;
using Stillpoint.Control.Workers;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Control.Scheduling;

/// <param name="Count">Points forgotten, packs deleted, or objects proven.</param>
internal sealed record CareResult(long Count, IReadOnlyList<Failure> Warnings);

/// <summary>The work of <see cref="VaultCare"/>'s jobs, in this process; a store that does not answer ends the job, not the process.</summary>
internal sealed class CareWork(StillpointControl control, VaultAccess vault, TimeProvider clock)
{
    private const int MostWarnings = 50;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    /// <summary>Forgets what the policies do not keep. VMs that are gone, or under no policy, keep all their points.</summary>
    public Task<CareResult> RetainAsync(IJobEvents events, CancellationToken ct) => OpenAsync(
        async (open, token) =>
        {
            var policies = control.Policies.List().ToDictionary(p => p.Policy.Name, p => p.Policy);
            var points = (await open.ListBareAsync(token)).ToLookup(p => p.Series);
            var going = new List<PointInfo>();
            foreach (var vm in control.Protection.List().Where(v => v.Orphaned is null && !policies[v.Policy].Retention.IsEmpty))
            {
                var policy = policies[vm.Policy];
                var own = points[new(vm.Id.Value)].ToDictionary(p => p.Id);
                var verdicts = policy.Retention.Keep(
                    own.Values.Select(p => new RetentionPoint(p.Id, p.Created, p.Rank)), clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(policy.Zone));
                going.AddRange(verdicts.Where(v => !v.Kept).Select(v => own[v.Point.Id]));
            }
            await VaultForget.ForgetAsync(open, going, token);
            return new CareResult(going.Count, []);
        },
        ct);

    public Task<CareResult> CollectAsync(TimeSpan most, CancellationToken ct) => OpenAsync(
        async (open, token) => new CareResult((await VaultGc.RunAsync(open, new(MaxTime: most), token)).PacksDeleted, []), ct);

    public Task<CareResult> VerifyAsync(TimeSpan most, CancellationToken ct) => OpenAsync(
        async (open, token) =>
        {
            var report = await VaultVerify.FullAsync(open, new(MaxTime: most), null, token);
            return new CareResult(report.Objects, [.. report.Damage.Take(MostWarnings)]);
        },
        ct);

    /// <exception cref="FailureException">VaultNotResponding: one call has not returned for as long as a worker would wait.</exception>
    private async Task<CareResult> OpenAsync(Func<OpenVault, CancellationToken, Task<CareResult>> work, CancellationToken ct)
    {
        var store = new WatchedStore(new FolderStore(vault.Path), clock);
        // On a thread of its own: a folder's calls block theirs. One that never returns is left behind.
        var running = Task.Run(
            async () =>
            {
                await using var open = await OpenVault.OpenAsync(store, vault.Secret, clock, ct);
                return await work(open, ct);
            },
            ct);
        using var timer = new PeriodicTimer(Look, clock);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, timer.WaitForNextTickAsync(CancellationToken.None).AsTask());
            if (store.Oldest is not { } call || call.For < WorkerLimits.Default.VaultPatience) continue;
            var seconds = ((long)call.For.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            throw new FailureException(Failure.Of(FailureCode.VaultNotResponding, Stage.Vault, ("path", vault.Path), ("seconds", seconds))
                .With(new("vault", $"{call.Name} has not returned")).CanRetry());
        }
        return await running;
    }
}
