namespace Stillpoint.Engine.Onboarding;

/// <summary>The agent's unit, read anew and restarted. Undone, it is stopped, its routes go, and it is started again where it ran before.</summary>
internal sealed class GuestAgentAction : OnboardingAction
{
    public const string Active = "active";

    public override Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) => new GuestShell(on.Domain).RunAsync(["restart", change.Place], ct);

    public override Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) =>
        new GuestShell(on.Domain).RunAsync(["leave", change.Place, change.Before == Active ? "start" : "-"], ct);
}
