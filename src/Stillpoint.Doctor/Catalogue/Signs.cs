using Stillpoint.Model;

namespace Stillpoint.Doctor.Causes;

/// <summary>Questions that several rules ask.</summary>
internal static class Signs
{
    /// <summary>The complaint that names no cause.</summary>
    public static readonly LinePattern Complaint = new(["Snapshot VM sub task timed out", "GuestAgentSnapshotTaskStatusError",
        "SnapshotVmSubTaskTimedOut"]);

    /// <summary>The fact that a job of ours failed, or stepped down, with one of these codes.</summary>
    public static Fact? Failed(CaseFile file, params ReadOnlySpan<string> codes) =>
        codes.IsEmpty ? null : file.FactIs(FactNames.FailureCode, codes) ?? file.FactIs(FactNames.ReasonCode, codes);

    /// <summary>
    /// What shows that the backup ran out of time: only then is a busy guest a cause and not just busy. The pattern <see cref="Complaint"/>
    /// must be among the rule's own.
    /// </summary>
    public static object? RanOutOfTime(CaseFile file) =>
        (object?)(Silent(file)
            ?? Failed(file, "snapshot-timed-out", "freeze-timed-out", "agent-not-responding", "guard-fired", "begin-outlived-freeze",
                "warden-lost", "guest-under-load"))
        ?? file.Extension.Standing(122, 402, 310, 308)?.Event
        ?? file.Hits(Complaint).First;

    /// <summary>An agent that has its channel open and says nothing: it is out of time right now.</summary>
    private static Fact? Silent(CaseFile file) =>
        file.FactIs("agent.connected", "true") is not null && file.FactIs("domain.power", "running") is not null ? file.FactIs("agent.answers", "false") : null;

    /// <summary>Lines of the second pattern that stand at most so many lines below one of the first, in the same file: blocks of a command's output.</summary>
    public static IEnumerable<(LogEvent Head, LogEvent Line)> Below(Hits heads, Hits lines, int within) =>
        from line in lines.Events
        let head = heads.Events.LastOrDefault(h => h.Source == line.Source && h.Line < line.Line && line.Line - h.Line <= within)
        where head is not null
        select (head, line);

    /// <summary>Endpoints that a probe in the guest tried, other than the host's own.</summary>
    public static IEnumerable<(string Endpoint, Fact Fact)> Outside(CaseFile file) =>
        file.Facts("guest.reach").Where(r => !r.Subject.StartsWith(HostAddress, StringComparison.Ordinal));

    /// <summary>Answered by the host's node itself; no rule of a network reaches it.</summary>
    public const string HostAddress = "168.63.129.16";
}
