namespace Stillpoint.Control.Workers;

/// <summary>How to start a worker: the CLI's executable beside this assembly, with its hidden verb. Everything else goes over its standard input.</summary>
public sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The hidden verb of the CLI that runs a worker.</summary>
    public const string Verb = "worker";

    public static WorkerCommand Default { get; } = new(Path.Combine(AppContext.BaseDirectory, "stillpoint"), [Verb]);
}

/// <param name="CancelPatience">For a cancelled worker to undo what it did (thaw, end libvirt's job, delete its checkpoint) before it is killed.</param>
/// <param name="VaultPatience">For one call to the vault's store, the writing of one pack included. Past it the worker ends itself: a thread that
/// waits for a hung mount cannot be ended in any other way.</param>
public sealed record WorkerLimits(TimeSpan CancelPatience, TimeSpan VaultPatience)
{
    public static WorkerLimits Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
}
