using Stillpoint.EndToEnd.Tests.SafetyPage;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>Who is killed; at least one.</summary>
[Flags]
public enum Victims
{
    Worker = 1,

    /// <summary>The process that hosts Control: the command, later the daemon.</summary>
    Control = 2,
    Warden = 4,
}

/// <summary>What must come of a kill at a step, written by hand.</summary>
/// <param name="Step">A step of the pipeline, by its name.</param>
/// <param name="HasWarden">Whether there is a warden to kill.</param>
/// <param name="Commits">Whether the job has its point whoever dies: the step is past the commit.</param>
/// <param name="WaitsForWarden">Whether the job notices a dead warden by itself while it stands at the step; before, it does when it goes on.</param>
public sealed record KillStep(string Step, bool HasWarden, bool Commits, bool WaitsForWarden)
{
    public static readonly KillStep[] All =
    [
        new("Reconciled", HasWarden: false, Commits: false, WaitsForWarden: false),
        new("Preflighted", HasWarden: false, Commits: false, WaitsForWarden: false),
        new("JournalOpened", HasWarden: false, Commits: false, WaitsForWarden: false),
        new("WorkspaceMade", HasWarden: true, Commits: false, WaitsForWarden: false),
        new("WardenReady", HasWarden: true, Commits: false, WaitsForWarden: false),
        new("FreezeOpened", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("Beginning", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("BeginReturned", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("Begun", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("DiskTransferred", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("Transferred", HasWarden: true, Commits: false, WaitsForWarden: true),
        new("Committed", HasWarden: true, Commits: true, WaitsForWarden: false),
        new("OlderCheckpointsDeleted", HasWarden: true, Commits: true, WaitsForWarden: false),
        new("Released", HasWarden: true, Commits: true, WaitsForWarden: false),
    ];

    public static readonly Victims[] Everybody =
    [
        Victims.Worker, Victims.Control, Victims.Warden, Victims.Worker | Victims.Control, Victims.Worker | Victims.Warden, Victims.Control | Victims.Warden,
        Victims.Worker | Victims.Control | Victims.Warden,
    ];

    internal static SafetyTable Table { get; } = new(
        "kill", "Killed",
        "Worker, service and warden killed (SIGKILL) while a backup stands at each step of the pipeline, alone and together. After each: the guest writes; nothing of the job is left on the " +
        "host once the next backup has begun, which is good and leaves its own checkpoint alone; every byte of every point is verified.",
        ["at step", "killed", "the job", "thawed by", "its point", "the next backup", "longest stall"],
        [.. All.SelectMany(s => s.Cases().Select(v => new SafetyTable.Row(s.CaseOf(v), [s.Step, Words(v)])))]);

    /// <summary>Whether the guest is frozen while the job stands at the step.</summary>
    public bool IsFrozen => Step is "Beginning" or "BeginReturned";

    public IEnumerable<Victims> Cases() => Everybody.Where(v => HasWarden || !v.HasFlag(Victims.Warden));

    /// <summary>Who thawed the guest, as far as there was a freeze: the guard left its mark if it did; else it was the agent, told by whoever lived.</summary>
    public string ThawedBy(Victims victims, bool guardFired)
    {
        if (!IsFrozen) return Array.FindIndex(All, s => s.Step == Step) < Array.FindIndex(All, s => s.IsFrozen) ? "never frozen" : "the job, before";
        if (guardFired) return "guard";
        if (!victims.HasFlag(Victims.Worker)) return "the job";
        return (victims.HasFlag(Victims.Control), victims.HasFlag(Victims.Warden)) switch
        {
            (false, false) => "service or warden",
            (false, true) => "service",
            (true, false) => "warden",
            _ => throw new InvalidOperationException("thawed, and nobody was left to do it"),
        };
    }

    public string CaseOf(Victims victims) => $"{Step} {victims}".Replace(",", "", StringComparison.Ordinal);

    private static string Words(Victims victims) => victims.ToString().Replace(nameof(Victims.Control), "service", StringComparison.Ordinal).ToLowerInvariant();

    public static KillStep Of(string step) => All.Single(s => s.Step == step);

    /// <summary>How the command ends that was not killed itself.</summary>
    public (int ExitCode, string? Error) EndOf(Victims victims) => (Commits, victims) switch
    {
        (true, _) => (0, null),
        (_, var v) when v.HasFlag(Victims.Worker) => (1, "worker-lost"),
        _ => (1, "warden-lost"),
    };

    /// <summary>
    /// Whether the job must be told to go on: it is past the point of being stopped, or it will meet the dead warden at its next step. Otherwise the
    /// death of its owner or warden ends its pause.
    /// </summary>
    public bool MustGoOn(Victims victims) => Commits || (victims == Victims.Warden && !WaitsForWarden);
}
