using System.Text.Json;
using System.Text.Json.Serialization;
using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Repairs;

public enum RepairEnd
{
    /// <summary>Written down before the first change; what is found so later was interrupted.</summary>
    Begun,

    /// <summary>The new probe finds the cause gone.</summary>
    Helped,

    /// <summary>It did not help, and is taken back.</summary>
    Undone,

    /// <summary>It did not help; there was nothing to take back.</summary>
    DidNotHelp,

    /// <summary>It could not be done, or not be taken back.</summary>
    Failed,

    /// <summary>Its process died in the midst of it, and there was nothing to take back.</summary>
    Interrupted,
}

/// <summary>A repair that was tried. Kept in the data folder, <c>repairs/</c>, one file each.</summary>
public sealed record RepairRecord
{
    public required string Repair { get; init; }

    public required string Cause { get; init; }

    public required string VmId { get; init; }

    public required string VmName { get; init; }

    /// <summary>Where the VM is.</summary>
    public string Host { get; init; } = HostUri.Default.Text;

    public required DateTimeOffset Began { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public RepairEnd End { get; init; }

    /// <summary>Code of what failed; null: nothing did.</summary>
    public string? Failure { get; init; }
}

/// <summary>Carries out a repair: written down, done, looked at again, taken back if it did not help.</summary>
public sealed class RepairRunner(EnginePaths paths, TimeProvider clock)
{
    internal static string FolderOf(EnginePaths paths) => Path.Combine(paths.Data, "repairs");

    /// <param name="host">Where the domain is: whoever finds the record after a crash looks there.</param>
    /// <param name="helped">A new probe: whether the cause is gone.</param>
    /// <exception cref="FailureException">DataFolderUnusable: nothing was done.</exception>
    public async Task<RepairRecord> RunAsync(
        HostUri host, IDomain domain, IRepair repair, string cause, Func<CancellationToken, Task<bool>> helped, CancellationToken ct)
    {
        var action = AllRepairs.Find(repair.Id) ?? throw new ArgumentException(repair.Id, nameof(repair));
        var on = new RepairContext(domain, paths, clock);
        using var record = OwnedRecord<RepairRecord>.Open(
            FolderOf(paths), JobId.New(clock).ToString(), new()
            {
                Repair = repair.Id, Cause = cause, VmId = domain.Id.ToString(), VmName = domain.Name, Host = host.Text, Began = clock.GetUtcNow(),
            }, RepairJson.Default.RepairRecord);
        try
        {
            await action.DoAsync(on, ct);
        }
        catch (FailureException e)
        {
            return End(RepairEnd.Failed, e.Failure);
        }
        try
        {
            return await helped(ct) ? End(RepairEnd.Helped) : await TakeBackAsync(null);
        }
        catch (FailureException e)
        {
            // What cannot be looked at has not been seen to help.
            return await TakeBackAsync(e.Failure);
        }
        catch (OperationCanceledException)
        {
            await TakeBackAsync(Failure.Of(FailureCode.Cancelled, Stage.Input));
            throw;
        }

        // Whoever cancelled wants it back as it was, so this is not cancelled.
        async Task<RepairRecord> TakeBackAsync(Failure? why)
        {
            try
            {
                if (await action.UndoAsync(on, CancellationToken.None)) return End(RepairEnd.Undone, why);
                return End(why is null ? RepairEnd.DidNotHelp : RepairEnd.Failed, why);
            }
            catch (FailureException e)
            {
                return End(RepairEnd.Failed, e.Failure);
            }
        }

        RepairRecord End(RepairEnd end, Failure? failure = null)
        {
            record.Update(r => r with { End = end, Ended = clock.GetUtcNow(), Failure = failure?.Code.ToText() });
            return record.Value;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RepairRecord))]
internal sealed partial class RepairJson : JsonSerializerContext;
