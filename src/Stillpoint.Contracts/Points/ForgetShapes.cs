namespace Stillpoint.Contracts;

/// <summary>Points to be forgotten: exactly one of <paramref name="Points"/> and <paramref name="Vm"/> is given.</summary>
/// <param name="Points">Ids.</param>
/// <param name="Vm">Name or UUID: those of its points that <paramref name="Keep"/> does not keep, or all with <paramref name="All"/>.</param>
/// <param name="TimeZone">Where a day begins; UTC if it is left out.</param>
/// <param name="DryRun">Only tells what would go.</param>
/// <param name="Confirm">How many go, as the dry run told: what has changed since is not forgotten unseen.</param>
public sealed record ForgetRequest(
    IReadOnlyList<string>? Points = null, string? Vm = null, PolicyRetention? Keep = null, bool All = false, string? TimeZone = null, bool DryRun = false, string? Confirm = null);

/// <param name="Reasons">Why it is kept; empty: it goes.</param>
public sealed record RetentionPointView(string Point, string Vm, string VmId, DateTimeOffset Taken, IReadOnlyList<string> Reasons);

/// <param name="Damaged">Ids of points that were asked for by id and whose manifests cannot be read; forgotten like the others.</param>
public sealed record ForgetView(bool DryRun, IReadOnlyList<RetentionPointView> Forgotten, IReadOnlyList<RetentionPointView> Kept, IReadOnlyList<string> Damaged);
