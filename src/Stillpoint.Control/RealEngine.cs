using Stillpoint.Engine;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Restore;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control;

public sealed class RealEngine(TimeProvider clock) : IEngine
{
    public Task<CaptureResult> CaptureAsync(
        IHypervisorHost host, IVault vault, EnginePaths paths, BackupOrder order, IJobEvents events, CancellationToken ct) =>
        new CapturePipeline(host, vault, paths, events, clock).RunAsync(order, ct);

    public Task<RestoreResult> RestoreAsync(
        IHypervisorHost? host, IVault vault, EnginePaths paths, RestoreOrder order, IJobEvents events, CancellationToken ct) =>
        new RestorePipeline(host, vault, paths, events, clock).RunAsync(order, ct);

    public Task<IReadOnlyList<RecoveredJob>> RecoverAsync(
        EnginePaths paths, Func<HostUri, CancellationToken, Task<IHypervisorHost>> connect, IVault? vault, Action<Failure> unreadable, CancellationToken ct) =>
        new JournalRecovery(paths, connect, clock).RunAsync(vault, unreadable, ct);

    public Task<IReadOnlyList<InterruptedRestore>> FinishRestoresAsync(EnginePaths paths, IHypervisorHost host, Action<Failure> unreadable, CancellationToken ct) =>
        new RestoreRecovery(host, paths).RunAsync(unreadable, ct);
}
