namespace Stillpoint.Contracts;

/// <summary>
/// What is promised to the VMs under it, as it also stands in a file for <c>--file</c>. What is left out has its default. Times are <c>[d.]hh:mm:ss</c>.
/// </summary>
/// <param name="Name">May be left out where the path names it; else it is the same.</param>
/// <param name="Schedules">At most 16, one line each: <c>daily 20:00-06:00 Europe/Amsterdam</c>; UTC where no zone is named. None: on demand only.</param>
/// <param name="Retention">Left out: every point is kept.</param>
/// <param name="Retries">0 to 10, default 2.</param>
/// <param name="RetryAfter">1 min to 24 h, default 15 min.</param>
/// <param name="Objective">The newest point should not be older: 1 h to 366 d. Null: nothing is promised.</param>
/// <param name="Bandwidth">At most 16, one line each: <c>backup 08:00-18:00 20MB Europe/Amsterdam</c>.</param>
public sealed record PolicyBody(
    string? Name = null, PolicyCapture? Capture = null, IReadOnlyList<string>? Schedules = null, PolicyRetention? Retention = null, int? Retries = null,
    string? RetryAfter = null, string? Objective = null, IReadOnlyList<string>? Bandwidth = null);

/// <summary>How points are taken.</summary>
/// <param name="Wanted">application, file-system (default), crash.</param>
/// <param name="StepDown">False: fail rather than take a lower consistency.</param>
/// <param name="FreezeLimit">2 to 60 s.</param>
/// <param name="Guard">require (default), warden-alone.</param>
/// <param name="Patience">0 to 24 h.</param>
/// <param name="Tracking">auto (default), persistent, none.</param>
/// <param name="SampleShare">0 to 1.</param>
public sealed record PolicyCapture(
    string? Wanted = null, bool? StepDown = null, string? FreezeLimit = null, string? Guard = null, string? Patience = null, PolicyScripts? Scripts = null,
    string? Tracking = null, string? FullReadEvery = null, double? SampleShare = null, string? SampleLimit = null);

/// <param name="Rule">continue (default), fail, skip.</param>
/// <param name="Limit">1 s to 1 h, for each try of each script.</param>
/// <param name="Retries">0 to 10.</param>
public sealed record PolicyScripts(string? Rule = null, string? Limit = null, int? Retries = null);

/// <summary>Each 0 to 10,000.</summary>
public sealed record PolicyRetention(int? Last = null, int? Hourly = null, int? Daily = null, int? Weekly = null, int? Monthly = null, int? Yearly = null);

/// <param name="Version">Also the ETag.</param>
/// <param name="Vms">Names of the VMs under it that the caller may see.</param>
public sealed record PolicyView(string Name, long Version, DateTimeOffset Changed, PolicyBody Policy, IReadOnlyList<string> Vms);

public sealed record WindowView(DateTimeOffset Opens, DateTimeOffset Closes);

/// <param name="Point">Null: it is one there would be.</param>
/// <param name="Reasons">last, hourly, daily, weekly, monthly, yearly, newest-whole, newest-of-highest-rank, immutable, future.</param>
public sealed record KeptView(string? Point, DateTimeOffset Taken, IReadOnlyList<string> Reasons);

/// <param name="Points">How many there are, or would be.</param>
/// <param name="Kept">Newest first; empty where no retention is set: every point is kept.</param>
public sealed record PolicyPreviewView(string Name, IReadOnlyList<WindowView> Runs, int Points, IReadOnlyList<KeptView> Kept);
