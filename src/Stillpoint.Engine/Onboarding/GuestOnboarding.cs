using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Waagent;

namespace Stillpoint.Engine.Onboarding;

/// <param name="Left">Why it could not be undone; null: it is. What is left stays in the record.</param>
/// <param name="HandedTo">A VM of the same place that needs it, and whose record has it now; null: nobody.</param>
public sealed record UndoneChange(OnboardingChange Change, Failure? Left, string? HandedTo);

/// <summary>
/// Makes a VM ready for Azure's own agent, and takes that back. A change is written down before it is made, with what was there; so whatever ends this, it can be
/// gone on with or undone. Alone in its data folder while it lives.
/// </summary>
public sealed class GuestOnboarding : IDisposable
{
    private static readonly ChangeKind[] UndoOrder =
        [ChangeKind.Channel, ChangeKind.GuestFile, ChangeKind.GuestAgent, ChangeKind.Filter, ChangeKind.Network, ChangeKind.BridgeAddress];
    private static readonly TimeSpan FabricPatience = TimeSpan.FromSeconds(10), Look = TimeSpan.FromMilliseconds(250);
    private readonly OnboardingContext _on;
    private readonly OnboardingStore _store;

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public GuestOnboarding(IHypervisorHost host, IDomain domain, EnginePaths paths, TimeProvider clock) =>
        (_on, _store) = (new(host, domain, paths, clock), new(paths));

    /// <summary>What was changed for the VM, the last first; empty: nothing.</summary>
    public IReadOnlyList<OnboardingChange> Made => _store.Find(_on.Domain.Id) is { } record
        ? [.. record.Changes.Reverse().OrderBy(c => Array.IndexOf(UndoOrder, c.Kind))] : [];

    /// <summary>What is to be changed. Changes nothing.</summary>
    /// <exception cref="FailureException">VmHasNoBridge, HostAddressRefused, AzureAgentMissing, GuestAddressNotFound; the guest's agent does not answer.</exception>
    public Task<OnboardingPlan> PlanAsync(OnboardingWish wish, CancellationToken ct) => new OnboardingPlanner(_on).MakeAsync(
        wish, Made.Any(c => c.Kind is ChangeKind.GuestFile) && Made.All(c => c.Kind is not ChangeKind.GuestAgent), ct);

    /// <summary>The guest as cloud-init would make it ready.</summary>
    /// <exception cref="FailureException">VmHasNoBridge.</exception>
    public static async Task<string> CloudInitAsync(IHypervisorHost host, IDomain domain, EnginePaths paths, TimeProvider clock, CancellationToken ct) =>
        GuestContent.CloudInit("walinuxagent", (await OnboardingPlanner.InterfaceAsync(new(host, domain, paths, clock), ct)).Interface.Mac);

    public async Task ApplyAsync(OnboardingPlan plan, OnboardingStep step, CancellationToken ct)
    {
        var record = _store.Find(_on.Domain.Id) ?? new(OnboardingRecord.CurrentFormat, _on.Domain.Id.Value, _on.Domain.Name, plan.Bridge, plan.Network, []);
        var known = record.Changes.FirstOrDefault(c => c.Kind == step.Change.Kind && c.Place == step.Change.Place);
        _store.Put(record with { Changes = [.. record.Changes.Where(c => c != known), Merged(known, step.Change)] });
        await OnboardingAction.Of(step.Change.Kind).ApplyAsync(_on, step.Change, ct);
    }

    /// <exception cref="FailureException">Only what concerns the record; what else goes wrong is in the answer.</exception>
    public async Task<UndoneChange> UndoAsync(OnboardingChange change, CancellationToken ct)
    {
        var record = _store.Find(_on.Domain.Id)!;
        if (change.Kind is ChangeKind.BridgeAddress or ChangeKind.Network
            && _store.Others(_on.Domain.Id).FirstOrDefault(o => change.Place == (change.Kind is ChangeKind.Network ? o.Network : o.Bridge)) is { } other)
        {
            var known = other.Changes.FirstOrDefault(c => c.Kind == change.Kind && c.Place == change.Place);
            _store.Put(other with { Changes = [Merged(known, change), .. other.Changes.Where(c => c != known)] });
            Forget(record, change);
            return new(change, null, other.Name);
        }
        try
        {
            await OnboardingAction.Of(change.Kind).UndoAsync(_on, change, ct);
        }
        catch (FailureException e)
        {
            return new(change, e.Failure, null);
        }
        Forget(record, change);
        return new(change, null, null);
    }

    /// <summary>Waits some seconds for `stillpoint-fabricd`, which begins to listen once its addresses are there.</summary>
    /// <returns>Why the guest's agent would find nobody; null: it would.</returns>
    public async Task<Failure?> FabricAsync(string socket, CancellationToken ct)
    {
        using var fabric = new FabricClient(socket);
        for (var since = _on.Clock.GetTimestamp(); ; await Task.Delay(Look, _on.Clock, ct))
        {
            try
            {
                await fabric.GetAsync(ct);
                return null;
            }
            catch (HttpRequestException e)
            {
                if (_on.Clock.GetElapsedTime(since) >= FabricPatience)
                    return Failure.Of(FailureCode.FabricNotAnswering, Stage.Preflight, ("path", socket)).With(new(socket, e.Message));
            }
        }
    }

    public void Dispose() => _store.Dispose();

    private void Forget(OnboardingRecord record, OnboardingChange change) => _store.Put(record with { Changes = [.. record.Changes.Where(c => c != change)] });

    /// <summary>What was there first is what undo brings back, unless somebody else changed it since.</summary>
    private static OnboardingChange Merged(OnboardingChange? known, OnboardingChange change)
    {
        if (known is null) return change;
        if (change.Kind is ChangeKind.BridgeAddress or ChangeKind.Network) return change with { After = string.Join(' ', $"{known.After} {change.After}".Split(' ').Distinct()) };
        if (change.Kind is ChangeKind.GuestAgent or ChangeKind.Channel || known.After == change.Before) return change with { Before = known.Before };
        return change;
    }
}
