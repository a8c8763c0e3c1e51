namespace Stillpoint.Vault.Tests.Crashes;

internal enum Operation
{
    Backup,
    Increment,
    Restore,
    Verify,
    Rebuild,
    ChangeKey,
    Forget,
    Unforget,
    Collect,
    CollectNow,
    Clock,
}

/// <param name="Seed">Of what the operation does: contents, which point.</param>
/// <param name="Daemon">By a process that goes on living between operations, where no fault waits for it.</param>
/// <param name="Meanwhile">Runs while this one stalls.</param>
internal sealed record Step(Operation Operation, int Seed, bool Daemon, Fault? Fault, Step? Meanwhile);

/// <summary>What a seed means: a row of operations with faults in them.</summary>
internal sealed record CrashPlan(int Seed, bool NoLinks, IReadOnlyList<Step> Steps)
{
    private static readonly Operation[] Operations =
    [
        Operation.Backup, Operation.Backup, Operation.Increment, Operation.Increment, Operation.Increment, Operation.Restore, Operation.Verify,
        Operation.Rebuild, Operation.ChangeKey, Operation.Clock, Operation.Forget, Operation.Forget, Operation.Unforget, Operation.Collect, Operation.CollectNow,
        Operation.CollectNow,
    ];

    public static CrashPlan Of(int seed)
    {
        var random = new Random(seed);
        var steps = Enumerable.Range(0, random.Next(3, 7)).Select(_ => StepOf(random, nested: false)).ToList();
        return new(seed, random.Next(4) == 0, steps);
    }

    public override string ToString() => $"seed {Seed}{(NoLinks ? ", no links" : "")}:{string.Concat(Steps.Select(s => $"\n  {s}"))}";

    private static Step StepOf(Random random, bool nested)
    {
        var operation = Operations[random.Next(Operations.Length)];
        var fault = !nested && random.Next(3) > 0 ? FaultOf(random) : null;
        var meanwhile = fault?.Kind is FaultKind.Stall or FaultKind.LongStall ? StepOf(random, nested: true) : null;
        return new(operation, random.Next(), random.Next(3) == 0, fault, meanwhile);
    }

    private static Fault FaultOf(Random random)
    {
        var kind = (FaultKind)random.Next(6);
        var call = (DiskCall)random.Next(8);
        // How often an operation makes a call of a kind: folders are few, the others a dozen or two.
        var ordinal = call == DiskCall.MakeFolder ? random.Next(4) : random.Next(random.Next(2) == 0 ? 4 : 24);
        return new(kind, call, ordinal, random.Next(2) == 0, random.Next());
    }
}
