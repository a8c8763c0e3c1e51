namespace Stillpoint.Contracts;

/// <summary>The service's answer was an error, which this carries.</summary>
public sealed class ProblemException(Problem problem) : Exception($"{problem.Code}: {problem.Title}")
{
    public Problem Problem { get; } = problem;
}
