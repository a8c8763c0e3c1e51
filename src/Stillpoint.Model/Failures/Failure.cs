namespace Stillpoint.Model;

/// <summary>The step in which something failed. The earliest one that failed is where to look.</summary>
public enum Stage
{
    Input,
    Connect,
    Reconcile,
    Preflight,
    Guard,
    Freeze,
    Begin,
    Thaw,
    Read,
    Store,
    Commit,
    Release,
    Restore,
    Vault,
}

/// <summary>What was seen, as it was seen. Text is never translated.</summary>
/// <param name="Source">Where it was read: a file with its line, a command, a libvirt call.</param>
public sealed record Evidence(string Source, string Text, DateTimeOffset? Time = null);

/// <summary>
/// An expected failure, or a reason for something less than asked. Codes and arguments travel; only Stillpoint.Texts makes words of them.
/// </summary>
/// <param name="Arguments">Values for the text's placeholders, by name, already formatted and language free (paths, names, sizes).</param>
/// <param name="Retryable">Whether the same request may succeed later without anybody changing anything.</param>
public sealed record Failure(
    FailureCode Code,
    Stage Stage,
    IReadOnlyDictionary<string, string> Arguments,
    IReadOnlyList<Evidence> Evidence,
    bool Retryable = false)
{
    private static readonly IReadOnlyDictionary<string, string> NoArguments = new Dictionary<string, string>();

    public static Failure Of(FailureCode code, Stage stage, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        if (arguments.IsEmpty) return new(code, stage, NoArguments, []);
        var map = new Dictionary<string, string>(arguments.Length, StringComparer.Ordinal);
        foreach (var (name, value) in arguments) map[name] = value;
        return new(code, stage, map, []);
    }

    public Failure With(Evidence evidence) => this with { Evidence = [.. Evidence, evidence] };

    public Failure CanRetry() => this with { Retryable = true };

    /// <summary>Language-free line for logs: code, stage, arguments, evidence.</summary>
    public override string ToString() =>
        $"{Code.ToText()} at {Stage}" +
        string.Concat(Arguments.Select(a => $" {a.Key}={a.Value}")) +
        string.Concat(Evidence.Select(e => $" [{e.Source}: {e.Text}]"));
}
