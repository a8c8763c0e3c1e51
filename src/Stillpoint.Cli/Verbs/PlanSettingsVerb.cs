using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>Shows, and with options changes, what holds for all VMs: how many backups at once, and when the vault is looked after.</summary>
internal static class PlanSettingsVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var settings = await call.AskAsync(c => c.Settings.Scheduler, async s => SettingsOf(await s.Plan.SettingsAsync(ct)), ct);
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
            var wanted = new PlanSettings(settings.PerHost, settings.PerStorage, settings.PerVault, settings.Gc?.ToString(), settings.Verify?.ToString(), settings.VerifyMinutes);
            settings = await call.AskAsync(c => c.Settings.Scheduler = settings, async s => SettingsOf(await s.Plan.SetAsync(wanted, ct)), ct);
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
        return ExitCode.Done;

        Schedule? Schedule(string option, Schedule? present) =>
            line.Value(option) is not { } text ? present : text == "none" ? null : ScheduleText.Parse(text, call.World.Clock.LocalTimeZone.Id);
    }

    private static SchedulerSettings SettingsOf(PlanSettings s) => new()
    {
        PerHost = s.PerHost, PerStorage = s.PerStorage, PerVault = s.PerVault, Gc = ScheduleOf(s.Gc), Verify = ScheduleOf(s.Verify), VerifyMinutes = s.VerifyMinutes,
    };

    private static Schedule? ScheduleOf(string? text) => text is null ? null : ScheduleText.Parse(text, TimeZoneInfo.Utc.Id);
}
