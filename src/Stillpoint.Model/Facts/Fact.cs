namespace Stillpoint.Model;

/// <summary>One observed value, as the doctor reads it. Facts can be saved and a diagnosis replayed from them.</summary>
/// <param name="Name">Dotted, stable: <c>agent.connected</c>, <c>guest.fsfreeze.status</c>.</param>
/// <param name="Source">Where it was read: a call, a command, a file with its line.</param>
public sealed record Fact(string Name, string Value, string Source, DateTimeOffset Time);

/// <summary>
/// Observes one thing. Never changes what it looks at; answers within its own bound; a thing that cannot be observed yields no fact
/// (or a fact that says so), never an exception.
/// </summary>
public interface IFactSource
{
    string Name { get; }

    IAsyncEnumerable<Fact> CollectAsync(CancellationToken ct);
}

/// <summary>A repair, described as data. The engine carries it out, journals it, probes again and undoes it if it did not help.</summary>
public interface IRepair
{
    /// <summary>Stable id, kebab case.</summary>
    string Id { get; }

    /// <summary>True if it can be carried out without asking under the consent level "safe".</summary>
    bool Safe { get; }

    IReadOnlyDictionary<string, string> Arguments { get; }
}
