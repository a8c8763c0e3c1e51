using Stillpoint.Control.Planning;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Control.Tests.Planning;

/// <summary>2,000 VMs on 50 hosts for 30 nights; host7 is down for two of them; the clocks change in the night to 25 October.</summary>
public sealed class PlanSimulationTests
{
    private const int Nights = 30;
    private static readonly DateTimeOffset DownFrom = new(2026, 10, 12, 15, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset DownUntil = new(2026, 10, 14, 9, 0, 0, TimeSpan.Zero);
    private static readonly PlanLimits Limits = new(2, 8, 60);

    [Fact]
    public void ThirtyNights_OfTwoThousandVms_KeepLimitsWindowsAndStarts()
    {
        var simulation = new PlanSimulation(seed: 5, hosts: 50, vmsPerHost: 40, Limits) { IsDown = (host, now) => host == "host7" && now >= DownFrom && now < DownUntil };
        var policy = new Policy("nightly") { Schedules = [ScheduleText.Parse("daily 20:00-06:00 Europe/Amsterdam", "UTC")] };
        var vms = simulation.MakeVms(policy);
        simulation.Run(vms, Nights);

        foreach (var (place, most) in simulation.Peaks)
            Assert.True(most <= (place.StartsWith("host", StringComparison.Ordinal) ? Limits.PerHost : place == "vault" ? Limits.PerVault : Limits.PerStorage), $"{place}: {most} at once");

        // Every VM, every night: in its window, or known beforehand not to fit, or its host was down.
        var late = simulation.Runs.Where(r => r.Started >= r.Window.Closes).ToList();
        Assert.All(late, r => Assert.True(r.Vm.Host == "host7" || !r.Fits, $"{r.Vm.Name} started {r.Started:u}, its window closed {r.Window.Closes:u}"));
        // In the first night nothing is learned: 2,000 times 20 min is more than 60 times 10 h. Later all fit.
        Assert.NotEmpty(simulation.ReportedAsNotFitting);
        Assert.All(simulation.ReportedAsNotFitting, s => Assert.Equal(new DateTimeOffset(2026, 10, 5, 18, 0, 0, TimeSpan.Zero), s.Window.Opens));
        var perVm = simulation.Runs.GroupBy(r => r.Vm.Id).ToDictionary(g => g.Key, g => g.ToList());
        // host7 missed two nights and made up for one of them, once.
        Assert.All(vms, vm => Assert.Equal((vm.Name, vm.Host == "host7" ? Nights - 1 : Nights), (vm.Name, perVm[vm.Id].Count)));
        Assert.All(vms, vm => Assert.Equal(vm.Host == "host7" ? 1 : 0, perVm[vm.Id].Count(r => r.Kind is StartKind.CatchUp)));
        Assert.All(late.Where(r => r.Fits), r => Assert.True(r.Started >= DownUntil && r.Started < DownUntil.AddHours(12), $"{r.Vm.Name} caught up at {r.Started:u}"));

        // Once durations are known a VM starts when it used to, by the clock on the wall, the night of the change included.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Amsterdam");
        double moved = 0, all = 0;
        foreach (var runs in perVm.Values)
        {
            var starts = runs.Where(r => r.Kind is StartKind.Scheduled).Skip(5)
                .Select(r => (TimeZoneInfo.ConvertTime(r.Started, zone).DateTime - TimeZoneInfo.ConvertTime(r.Window.Opens, zone).Date).TotalMinutes).ToList();
            var usual = starts.Order().ElementAt(starts.Count / 2);
            moved += starts.Count(s => Math.Abs(s - usual) > 30);
            all += starts.Count;
        }
        Assert.True(moved / all < 0.1, $"{moved / all:P1} of the starts are more than half an hour from the usual one");
    }
}
