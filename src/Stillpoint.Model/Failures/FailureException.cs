namespace Stillpoint.Model;

/// <summary>
/// Carries a <see cref="Failure"/> up through I/O code to the boundary that reports it (the job, or the CLI's main), and does nothing else.
/// Any other exception that reaches a boundary is a bug and is reported as one. See docs/adr/0003.
/// </summary>
public sealed class FailureException(Failure failure, Exception? inner = null) : Exception(failure.ToString(), inner)
{
    public Failure Failure { get; } = failure;

    public FailureException(FailureCode code, Stage stage, params ReadOnlySpan<(string Name, string Value)> arguments)
        : this(Failure.Of(code, stage, arguments))
    {
    }
}
