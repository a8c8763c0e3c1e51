using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Shows, and with options changes, what holds for all VMs: how many backups at once, and when the vault is looked after.</summary>
internal static class PlanSettingsVerb
{
    public static Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var settings = call.Control.Settings.Scheduler;
        if (line.Options.Keys.Any(line.Command.Options.Select(o => o.Name).Contains))
        {
            settings = settings with
            {
                PerHost = line.Has("per-host") ? line.Count("per-host", 1) : settings.PerHost,
                PerStorage = line.Has("per-storage") ? line.Count("per-storage", 1) : settings.PerStorage,
                PerVault = line.Has("per-vault") ? line.Count("per-vault", 1) : settings.PerVault,
                Gc = Schedule("gc", settings.Gc),
                Verify = Schedule("verify", settings.Verify),
                VerifyMinutes = line.Has("verify-minutes") ? line.Count("verify-minutes", 1) : settings.VerifyMinutes,
            };
            call.Control.Settings.Scheduler = settings;
        }
        call.Show(
            () => new(settings.PerHost, settings.PerStorage, settings.PerVault, settings.Gc?.ToString(), settings.Verify?.ToString(), settings.VerifyMinutes),
            JsonDocuments.Shapes.PlanSettingsJson, () =>
            {
                var texts = call.Texts;
                call.Say(texts.Of("plan.at-once", ("host", $"{settings.PerHost}"), ("storage", $"{settings.PerStorage}"), ("vault", $"{settings.PerVault}")));
                call.Say(texts.Labelled(texts.JobKind(JobKind.Gc), settings.Gc?.ToString() ?? texts.Of("answer.no")));
                call.Say(texts.Labelled(texts.JobKind(JobKind.Verify), settings.Verify is { } verify ? $"{verify}, {texts.Duration(TimeSpan.FromMinutes(settings.VerifyMinutes))}" : texts.Of("answer.no")));
            });
        return Task.FromResult(ExitCode.Done);

        Schedule? Schedule(string option, Schedule? present) =>
            line.Value(option) is not { } text ? present : text == "none" ? null : ScheduleText.Parse(text, call.World.Clock.LocalTimeZone.Id);
    }
}
