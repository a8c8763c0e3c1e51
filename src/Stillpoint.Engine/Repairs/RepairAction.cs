using System.Collections.Immutable;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Repairs;

/// <summary>A repair as it is ordered.</summary>
public sealed record RepairOrder(string Id, bool Safe, IReadOnlyDictionary<string, string> Arguments) : IRepair
{
    /// <returns>Null: there is no such repair.</returns>
    public static RepairOrder? Of(string id, IReadOnlyDictionary<string, string>? arguments = null) =>
        AllRepairs.Find(id) is { } action ? new(action.Id, action.Safe, arguments ?? ImmutableDictionary<string, string>.Empty) : null;
}

/// <summary>What a repair may use.</summary>
internal sealed record RepairContext(IDomain Domain, EnginePaths Paths, TimeProvider Clock);

/// <summary>One repair: what it does, and how that is taken back. Carried out by <see cref="RepairRunner"/> alone.</summary>
internal abstract class RepairAction(string id, bool safe)
{
    public string Id { get; } = id;

    /// <summary>Changes nothing that anybody could want as it is: needs no more consent than "safe".</summary>
    public bool Safe { get; } = safe;

    /// <exception cref="FailureException">Why it could not be done.</exception>
    public abstract Task DoAsync(RepairContext on, CancellationToken ct);

    /// <summary>Asked of a repair that was cut short: whether what it was for is so by now. Then it is not taken back.</summary>
    public virtual Task<bool> HasComeTrueAsync(RepairContext on, CancellationToken ct) => Task.FromResult(false);

    /// <summary>
    /// Only after <see cref="DoAsync"/> returned and did not help, or was cut short anywhere. Nothing to take back for most: what they end had no use.
    /// </summary>
    /// <returns>False: there is nothing to be taken back.</returns>
    public virtual Task<bool> UndoAsync(RepairContext on, CancellationToken ct) => Task.FromResult(false);
}
