using System.Globalization;
using System.Text.RegularExpressions;
using Stillpoint.Doctor;
using Stillpoint.Model;

namespace Stillpoint.Control.Jobs;

/// <summary>A job that failed, or did less than asked, as facts: what preflight saw, the failure's code, arguments and evidence, and the warnings.</summary>
public static partial class JobFacts
{
    /// <summary>Warnings that say why a point is worth less than wanted, and not by somebody's own wish.</summary>
    private static readonly HashSet<FailureCode> Reasons =
    [
        FailureCode.AgentNotConfigured, FailureCode.AgentNotConnected, FailureCode.AgentNotResponding, FailureCode.AgentCommandBlocked,
        FailureCode.FsFreezeLockHeld, FailureCode.FreezeFailed, FailureCode.FreezeTimedOut, FailureCode.ThawCountMismatch, FailureCode.GuardNotPossible,
        FailureCode.GuardFired, FailureCode.WardenLost, FailureCode.BeginOutlivedFreeze, FailureCode.CheckpointInconsistent, FailureCode.BitmapMismatch,
        FailureCode.GuestUnderLoad, FailureCode.GuestScriptFailed, FailureCode.GuestScriptRefused, FailureCode.GuestScriptsMissing,
        FailureCode.FabricNotAnswering, FailureCode.AzureAgentSilent, FailureCode.ExtensionSilent, FailureCode.ExtensionFailed, FailureCode.ScriptsNotOverChannel,
    ];

    /// <summary>VIR_DOMAIN_EVENT_STOPPED_CRASHED.</summary>
    private const string StoppedByCrash = "2";

    /// <summary>Whether a doctor should look at it: it failed for a reason, or stepped down.</summary>
    public static bool Wanted(Failure? failure, IReadOnlyList<Failure> warnings) =>
        failure is { Code: not FailureCode.Cancelled } || warnings.Any(w => Reasons.Contains(w.Code));

    /// <summary>What the guest's own scripts ended with; what they said is told by their failures.</summary>
    public static IEnumerable<Fact> Of(IReadOnlyList<ScriptRun> scripts, DateTimeOffset at) => scripts.Select(s => new Fact(
        $"guest.script:{s.Phase.ToText()}/{s.Name}", s.ExitCode.ToString(CultureInfo.InvariantCulture), "scripts.sh", at));

    /// <summary>How crowded the hour was.</summary>
    /// <param name="together">Backups on the same host when this one began, itself among them.</param>
    /// <param name="due">The end of the window it was planned for; null: it was under no plan. Beginning before is no waiting: starts are spread over a window.</param>
    public static IEnumerable<Fact> OfTurn(int together, DateTimeOffset? due, DateTimeOffset began)
    {
        yield return new("job.started", began.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), "catalog", began);
        yield return new("job.concurrent", together.ToString(CultureInfo.InvariantCulture), "catalog", began);
        if (due is { } at)
            yield return new("job.queue-wait-seconds", Math.Max(0, (long)(began - at).TotalSeconds).ToString(CultureInfo.InvariantCulture), "plan", began);
    }

    public static IReadOnlyList<Fact> Of(IReadOnlyList<Fact> preflight, Failure? failure, IReadOnlyList<Failure> warnings, DateTimeOffset at)
    {
        var facts = new List<Fact>(preflight);
        if (failure is not null)
        {
            facts.Add(new(FactNames.FailureCode, failure.Code.ToText(), "job", at));
            facts.Add(new(FactNames.FailureStage, failure.Stage.ToText(), "job", at));
            Tell(failure, FactNames.FailureArgument);
        }
        if (failure?.Code == FailureCode.VmStoppedDuringJob) Stopped(failure);
        foreach (var warning in warnings)
        {
            facts.Add(new($"warning:{warning.Code.ToText()}", warning.Stage.ToText(), "job", at));
            if (!Reasons.Contains(warning.Code)) continue;
            if (facts.All(f => f.Name != FactNames.ReasonCode)) facts.Add(new(FactNames.ReasonCode, warning.Code.ToText(), "job", at));
            Tell(warning, "reason.argument");
        }
        return facts;

        // The job went by what it had seen; in between somebody, or a crash, ended the VM.
        void Stopped(Failure told)
        {
            if (preflight.LastOrDefault(f => f.Name == "domain.power") is not { } before) return;
            facts.Add(before with { Name = "vm.recorded-state" });
            var crashed = told.Evidence.Any(e => e.Source == "libvirt event" && e.Text == StoppedByCrash);
            facts.Add(new("domain.power", crashed ? "crashed" : "off", "libvirt event", at));
        }

        void Tell(Failure told, string argumentName)
        {
            foreach (var (name, value) in told.Arguments) facts.Add(new($"{argumentName}:{name}", value, "job", at));
            foreach (var evidence in told.Evidence)
            {
                // Preflight hands on what it saw as evidence; it becomes a fact again.
                if (Observed().Match(evidence.Text) is { Success: true } seen)
                {
                    if (facts.All(f => f.Name != seen.Groups["name"].Value))
                        facts.Add(new(seen.Groups["name"].Value, seen.Groups["value"].Value, evidence.Source, evidence.Time ?? at));
                    continue;
                }
                var line = 0;
                foreach (var text in evidence.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    facts.Add(LineFact.Of(LogKind.Host, evidence.Source, ++line, evidence.Time ?? at, text.Length > 4096 ? text[..4096] : text));
            }
        }
    }

    [GeneratedRegex(@"^(?<name>[a-z][a-z0-9-]*(\.[a-z0-9-]+)+) = (?<value>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Observed();
}
