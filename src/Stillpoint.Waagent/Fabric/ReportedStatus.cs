namespace Stillpoint.Waagent;

/// <summary>What an agent reported last. Its text is the guest's: shortened, never translated, never to be trusted.</summary>
/// <param name="GuestTime">The guest's clock when it wrote this; null: it was not readable.</param>
/// <param name="AgentStatus">`Ready`: a running agent says nothing else. Silence is how one is found to be gone.</param>
/// <param name="Incarnation">The goal that the agent has finished with; null: none yet, or an agent that does not say.</param>
public sealed record ReportedStatus(
    string? AgentVersion, string? AgentStatus, string? AgentMessage, DateTimeOffset? GuestTime, string? Incarnation, string? GoalStatus,
    GuestSystem? System, IReadOnlyList<ReportedHandler> Handlers);

public sealed record GuestSystem(string? Computer, string? Name, string? Version);

/// <param name="Status">Ready, NotReady, Installing, Unresponsive.</param>
/// <param name="Code">The agent's own: 0, or 1000 and above for what failed.</param>
/// <param name="Extension">Null: the handler has reported nothing yet.</param>
public sealed record ReportedHandler(string? Name, string? Version, string? Status, long? Code, string? Message, ReportedExtension? Extension);

/// <summary>What the handler itself wrote down. Judge by <paramref name="Code"/>: some report errors as success.</summary>
/// <param name="Status">transitioning, warning, error, success.</param>
/// <param name="Substatus">As JSON, at most 64 KiB; null: none, or longer.</param>
public sealed record ReportedExtension(long? Sequence, string? Operation, string? Status, long? Code, string? Message, string? Substatus);

/// <summary>The agent's word on provisioning: Ready or NotReady with why.</summary>
public sealed record ReportedHealth(string? State, string? SubStatus, string? Description);

/// <summary>What the agent saw of one of our services: its name, whether it was well, what it said.</summary>
public sealed record Observation(string Name, bool Healthy, string? Description, string? Value);

/// <summary>One entry of the agent's own event log.</summary>
/// <param name="Name">The agent's own name, or the extension's.</param>
/// <param name="Operation">Install, Enable, Download, HeartBeat ...</param>
/// <param name="Duration">Milliseconds, as the agent counted them.</param>
public sealed record AgentEvent(string Name, string Operation, bool Success, string Message, long? Duration);
