namespace Stillpoint.Contracts;

/// <summary>What was seen, as it was seen. Never translated.</summary>
public sealed record EvidenceView(string Source, string Text, DateTimeOffset? Time = null);

/// <summary>A failure, or a reason for something less than asked. Codes are stable; the message is in the language asked for.</summary>
/// <param name="Arguments">The values in the message, by name, so that a reader can word it anew.</param>
public sealed record FailureView(
    string Code, string Stage, string Message, IReadOnlyDictionary<string, string> Arguments, IReadOnlyList<EvidenceView> Evidence, bool Retryable);

/// <summary>An error answer (RFC 9457, <c>application/problem+json</c>).</summary>
/// <param name="Type"><c>urn:stillpoint:</c> and the code.</param>
/// <param name="Title">What went wrong, in words.</param>
/// <param name="Status">HTTP's.</param>
/// <param name="Job">The job it belongs to, if there is one.</param>
public sealed record Problem(
    string Type, string Title, int Status, string Code, string Stage, IReadOnlyDictionary<string, string> Arguments, IReadOnlyList<EvidenceView> Evidence,
    bool Retryable, string? Job = null);

/// <summary>One page of a list.</summary>
/// <param name="Next">To be given as <c>after</c> for the next page; null: this was the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
