using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Planning;
using Stillpoint.Control.Scheduling;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Protection;

/// <summary>What starts when, and what holds for all VMs.</summary>
internal static class PlanEndpoints
{
    private const int DefaultHours = 24, MostHours = 24 * 400;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/plan", Show).WithName("showPlan").WithSummary("The starts to come, of windows that open within hours, and those there is no room for").Needs(Role.Reader);
        api.MapGet("/plan/settings", ShowSettings).WithName("showPlanSettings").WithSummary("How many backups at once, and when the vault is looked after")
            .Needs(Role.Reader, wholeOnly: true);
        api.MapPut("/plan/settings", Set).WithName("putPlanSettings").WithSummary("All of them, in place of what was").Needs(Role.Admin, wholeOnly: true);
    }

    private static PlanView Show(int? hours, string? vm, StillpointControl control, ServerOptions options, HttpContext context)
    {
        var ahead = TimeSpan.FromHours(Requests.Range("hours", hours ?? DefaultHours, 1, MostHours));
        var caller = context.Caller();
        // Without a vault there is still a plan.
        var starts = control.Plan(options.Vault ?? control.Places.DefaultVault ?? "", ahead);
        return new([.. starts.Where(s => caller.Sees(s.Vm.Name) && (vm is null || s.Vm.Name == vm || s.Vm.Id.ToString() == vm)).Select(ToView)]);
    }

    private static PlanSettings ShowSettings(StillpointControl control) => ToView(control.Settings.Scheduler);

    private static PlanSettings Set(PlanSettings request, StillpointControl control, TimeProvider clock)
    {
        var zone = clock.LocalTimeZone.Id;
        control.Settings.Scheduler = new()
        {
            PerHost = request.PerHost, PerStorage = request.PerStorage, PerVault = request.PerVault,
            Gc = request.Gc is { } gc ? ScheduleText.Parse(gc, zone) : null, Verify = request.Verify is { } verify ? ScheduleText.Parse(verify, zone) : null,
            VerifyMinutes = request.VerifyMinutes,
        };
        return ToView(control.Settings.Scheduler);
    }

    private static PlannedView ToView(PlannedStart s) => new(
        s.Vm.Name, s.Vm.Id.ToString(), s.Vm.Host, s.Vm.Policy.Name, s.Kind.ToText(), s.At.ToUniversalTime(), s.Expected.TotalMinutes,
        s.Window.Opens.ToUniversalTime(), s.Window.Closes.ToUniversalTime(), s.Fits, s.Why);

    private static PlanSettings ToView(SchedulerSettings s) => new(s.PerHost, s.PerStorage, s.PerVault, s.Gc?.ToString(), s.Verify?.ToString(), s.VerifyMinutes);
}
