using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Control.Tests.Planning;

/// <param name="Window">The one it ran for.</param>
internal sealed record SimulatedRun(PlannedVm Vm, Occurrence Window, DateTimeOffset Started, DateTimeOffset Ended, StartKind Kind, bool Fits);

/// <summary>
/// The real planner on simulated time. It plans four times a day and asks what is due every minute, as a service would; a backup takes what its VM takes, give or
/// take, and nothing on a host that is down can start.
/// </summary>
internal sealed class PlanSimulation(int seed, int hosts, int vmsPerHost, PlanLimits limits)
{
    public static readonly DateTimeOffset Begin = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);
    private readonly Random _random = new(seed);
    private readonly Dictionary<VmId, double> _usual = [];
    private readonly Dictionary<VmId, List<PastRun>> _history = [];
    private readonly List<SimulatedRun> _running = [];

    public List<SimulatedRun> Runs { get; } = [];

    /// <summary>The most at once, seen by counting what runs, not by asking the planner.</summary>
    public Dictionary<string, int> Peaks { get; } = [];

    public List<PlannedStart> ReportedAsNotFitting { get; } = [];

    public required Func<string, DateTimeOffset, bool> IsDown { get; init; }

    public IReadOnlyList<PlannedVm> MakeVms(Policy policy)
    {
        var vms = new List<PlannedVm>();
        for (var i = 0; i < hosts * vmsPerHost; i++)
        {
            var id = new byte[16];
            _random.NextBytes(id);
            var vm = new PlannedVm(new(new Guid(id)), $"vm{i}", $"host{i % hosts}", $"storage{i % hosts / 5}", "vault", policy, Begin);
            // Most are short, some are long.
            _usual[vm.Id] = 2 + 10 * -Math.Log(1 - 0.98 * _random.NextDouble());
            _history[vm.Id] = [];
            vms.Add(vm);
        }
        return vms;
    }

    public void Run(IReadOnlyList<PlannedVm> vms, int nights)
    {
        IReadOnlyList<PlannedStart> plan = [];
        var end = Begin.AddDays(nights);
        var down = new HashSet<string>();
        var names = vms.Select(v => v.Host).Distinct().ToList();
        for (var now = Begin; now < end; now += Step)
        {
            foreach (var ended in _running.Where(r => r.Ended <= now).ToList())
            {
                _running.Remove(ended);
                _history[ended.Vm.Id].Add(new(ended.Started, ended.Ended, true));
            }
            if (now is { Minute: 0 } && now.Hour % 6 == 0)
            {
                var known = _history.ToDictionary(h => h.Key, h => (IReadOnlyList<PastRun>)h.Value);
                plan = Planner.Plan(vms, known, limits, now, now.AddHours(8));
                plan = [.. plan.Where(s => !_running.Any(r => r.Vm.Id == s.Vm.Id && r.Started >= s.Window.Opens))];
                ReportedAsNotFitting.AddRange(plan.Where(s => !s.Fits));
            }
            down.Clear();
            down.UnionWith(names.Where(h => IsDown(h, now)));
            var due = Planner.Due(plan, _running.Select(r => r.Vm), down, limits, now);
            foreach (var start in due) Start(start, now);
            if (due.Count > 0) plan = [.. plan.Except(due)];
            Count();
        }
    }

    private void Start(PlannedStart start, DateTimeOffset now)
    {
        var minutes = _usual[start.Vm.Id] * (0.8 + 0.4 * _random.NextDouble());
        var run = new SimulatedRun(start.Vm, start.Window, now, now.AddMinutes(minutes), start.Kind, start.Fits);
        _running.Add(run);
        Runs.Add(run);
    }

    private void Count()
    {
        foreach (var place in _running.SelectMany(r => new[] { r.Vm.Host, r.Vm.Storage, r.Vm.Vault }).GroupBy(p => p))
            Peaks[place.Key] = Math.Max(Peaks.GetValueOrDefault(place.Key), place.Count());
    }
}
