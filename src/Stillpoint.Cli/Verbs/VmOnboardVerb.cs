using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Engine.Channels;
using Stillpoint.Engine.Network;
using Stillpoint.Engine.Onboarding;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>
/// Makes host and guest ready for Azure's own agent, or takes that back: each change is shown, asked about, written down and made. Like `vm channel` it needs nothing
/// of a service that works in the data folder.
/// </summary>
internal static class VmOnboardVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        foreach (var other in new[] { "undo", "print-cloud-init" })
            foreach (var wish in new[] { "undo", "print-cloud-init", "host-only", "filter", "dhcp-option", "guest-address", "fabric", "extension" }.Where(w => w != other)) call.Line.NotTogether(other, wish);
        call.Line.NotTogether("print-cloud-init", "dry-run");
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        if (call.Line.Has("print-cloud-init")) return await PrintAsync(call, host, domain, ct);
        // Usage first: nothing is opened for a command that cannot be meant.
        var setup = call.Line.Has("undo") ? null : VmChannelVerb.SetupOf(call.Line, new ChannelSettings(call.Data.Engine).Find(domain.Id), "--channel waagent");
        using var onboarding = new GuestOnboarding(host, domain, call.Data.Engine, call.World.Clock);
        return setup is null
            ? await UndoAsync(call, domain, onboarding, ct)
            : await ApplyAsync(call, host, domain, onboarding, new(setup, call.Line.Has("filter"), call.Line.Has("dhcp-option"), call.Line.Has("host-only")), ct);
    }

    private static async Task<int> ApplyAsync(Invocation call, IHypervisorHost host, IDomain domain, GuestOnboarding onboarding, OnboardingWish wish, CancellationToken ct)
    {
        var plan = await onboarding.PlanAsync(wish, ct);
        var (dry, warnings, steps) = (call.Line.Has("dry-run"), new List<Failure>(), new List<OnboardingStepJson>());
        foreach (var step in plan.Steps)
        {
            Tell(call, step);
            steps.Add(Json(step, dry ? "planned" : "made"));
            if (dry) continue;
            call.Confirm(call.Texts.Of("prompt.onboard", ("what", step.What)));
            if (step.Change.Kind is ChangeKind.GuestAgent && await onboarding.FabricAsync(wish.Setup.Socket, ct) is { } silent) warnings.Add(silent);
            await onboarding.ApplyAsync(plan, step, ct);
        }
        if (await new SpoofCheck(host).WarnAsync(domain, ct) is { } open) warnings.Add(open);
        Show(call, domain, steps, warnings, () =>
            call.Say(call.Texts.Of(dry ? "vm.onboard-planned" : "vm.onboarded", ("vm", domain.Name), ("count", $"{steps.Count}"))));
        return ExitCode.Done;
    }

    private static async Task<int> UndoAsync(Invocation call, IDomain domain, GuestOnboarding onboarding, CancellationToken ct)
    {
        var made = onboarding.Made;
        if (made.Count == 0) throw new FailureException(FailureCode.NotOnboarded, Stage.Input, ("vm", domain.Name));
        var (dry, left, steps) = (call.Line.Has("dry-run"), new List<Failure>(), new List<OnboardingStepJson>());
        foreach (var change in made)
        {
            var step = new OnboardingStep(change, $"{change.Kind.ToText()}: {change.Place}", []);
            Tell(call, step);
            if (!dry) call.Confirm(call.Texts.Of("prompt.onboard-undo", ("what", step.What)));
            var undone = dry ? null : await onboarding.UndoAsync(change, ct);
            steps.Add(Json(step, undone switch { null => "planned", { Left: not null } => "left", { HandedTo: not null } => "handed-on", _ => "undone" })
                with { Failure = undone?.Left?.ToJson(call.Texts), HandedTo = undone?.HandedTo });
            if (undone?.HandedTo is { } other) call.Say("    " + call.Texts.Of("onboard.handed-on", ("vm", other)));
            if (undone?.Left is { } why) left.Add(why);
        }
        Show(call, domain, steps, left, () => call.Say(call.Texts.Of(
            dry ? "vm.onboard-planned" : left.Count == 0 ? "vm.onboard-undone" : "vm.onboard-left", ("vm", domain.Name), ("count", $"{(dry ? steps.Count : left.Count)}"))));
        return left.Count == 0 ? ExitCode.Done : ExitCode.LessThanWanted;
    }

    private static async Task<int> PrintAsync(Invocation call, IHypervisorHost host, IDomain domain, CancellationToken ct)
    {
        var text = await GuestOnboarding.CloudInitAsync(host, domain, call.Data.Engine, call.World.Clock, ct);
        call.Show(() => new(domain.Name, domain.Id.ToString(), text), JsonDocuments.Shapes.CloudInitJson, () => call.World.Out.Write(text));
        return ExitCode.Done;
    }

    private static void Tell(Invocation call, OnboardingStep step)
    {
        call.Say(call.Texts.Labelled(call.Texts.Of(step.InGuest ? "onboard.in-guest" : "onboard.on-host"), step.What));
        foreach (var line in step.Lines) call.Say("    " + line);
        if (step.NeedsNetworkRestart) call.Say("    " + call.Texts.Of("onboard.network-restart"));
    }

    private static OnboardingStepJson Json(OnboardingStep step, string state) =>
        new(step.InGuest ? "guest" : "host", step.Change.Kind.ToText(), step.What, step.Lines, step.NeedsNetworkRestart, state, null, null);

    private static void Show(Invocation call, IDomain domain, List<OnboardingStepJson> steps, List<Failure> warnings, Action text) => call.Show(
        () => new(domain.Name, domain.Id.ToString(), steps, [.. warnings.Select(w => w.ToJson(call.Texts))]), JsonDocuments.Shapes.OnboardingJson, () =>
        {
            foreach (var warning in warnings) call.Warn(warning);
            text();
        });
}
