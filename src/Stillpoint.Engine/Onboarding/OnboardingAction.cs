using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Onboarding;

/// <summary>What an action may use.</summary>
internal sealed record OnboardingContext(IHypervisorHost Host, IDomain Domain, EnginePaths Paths, TimeProvider Clock);

/// <summary>How changes of one kind are made and undone. Both may be repeated, and both may have been cut short anywhere before.</summary>
internal abstract class OnboardingAction
{
    private static readonly Dictionary<ChangeKind, OnboardingAction> All = new()
    {
        [ChangeKind.BridgeAddress] = new BridgeAddressAction(), [ChangeKind.Network] = new NetworkAction(), [ChangeKind.Filter] = new FilterAction(),
        [ChangeKind.GuestFile] = new GuestFileAction(), [ChangeKind.GuestAgent] = new GuestAgentAction(), [ChangeKind.Channel] = new ChannelAction(),
    };

    public static OnboardingAction Of(ChangeKind kind) => All[kind];

    /// <exception cref="FailureException">Why it could not be done.</exception>
    public abstract Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct);

    /// <exception cref="FailureException">OnboardingPlaceChanged: something else is there by now, and stays.</exception>
    public abstract Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct);

    protected static FailureException Changed(string place) => new(FailureCode.OnboardingPlaceChanged, Stage.Preflight, ("place", place));

    protected static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
