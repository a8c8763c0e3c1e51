namespace Stillpoint.Contracts;

/// <param name="Kind">objective-missed, job-failed, consistency-lower, vault-filling, damage-found, guest-found-frozen, change-rate-unusual.</param>
/// <param name="Subject">What tells it from others of its kind: a VM's UUID, a vault's path; <paramref name="Name"/> is the same for people.</param>
/// <param name="Arguments">The values in the message.</param>
/// <param name="Seen">When its reason was last found to hold.</param>
/// <param name="Hushed">When somebody cleared it by hand: it is told no more.</param>
/// <param name="Cleared">When its reason was gone.</param>
public sealed record AlertView(
    string Id, string Kind, string Subject, string Name, IReadOnlyDictionary<string, string> Arguments, string Message, DateTimeOffset Raised, DateTimeOffset Seen,
    DateTimeOffset? Hushed, DateTimeOffset? Cleared);

/// <summary>Where alerts go; each may be null. Secrets lie in files of the service's machine.</summary>
/// <param name="Command">Run by the service: can be set over its socket only, as <paramref name="WebhookSecretFile"/>.</param>
/// <param name="Smtp"><c>HOST</c> or <c>HOST:PORT</c>.</param>
public sealed record AlertWays(
    string? Command = null, string? Webhook = null, string? WebhookSecretFile = null, string? Heartbeat = null, string? Smtp = null, string? MailFrom = null,
    string? MailTo = null);

public sealed record AlertSent(bool Sent);
