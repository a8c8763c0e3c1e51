using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>A reason for an alert, as the catalog shows it now.</summary>
/// <param name="Subject">What tells it from others of its kind: a VM's UUID, a vault's path.</param>
/// <param name="Name">The same for people.</param>
/// <param name="Arguments">Values for its text, language free; times in ISO 8601.</param>
public sealed record Condition(AlertKind Kind, string Subject, string Name, IReadOnlyDictionary<string, string> Arguments);

/// <summary>Raised, still there, cleared.</summary>
/// <param name="Seen">When its reason was last found to hold.</param>
/// <param name="Hushed">When somebody cleared it by hand: it is told no more.</param>
/// <param name="Cleared">When its reason was gone. Null: it is not.</param>
public sealed record Alert(
    string Id, Condition Condition, DateTimeOffset Raised, DateTimeOffset Seen, DateTimeOffset? Hushed, DateTimeOffset? Cleared)
{
    /// <summary>Worth looking at: nobody has, and its reason holds.</summary>
    public bool IsOpen => Hushed is null && Cleared is null;
}
