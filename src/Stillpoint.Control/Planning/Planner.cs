using System.Buffers.Binary;
using System.Security.Cryptography;
using Stillpoint.Model;

namespace Stillpoint.Control.Planning;

/// <summary>
/// Which VM starts when. Pure: the same VMs, history, limits and moment give the same starts, so that it can be simulated. A VM's place in its window
/// comes from its id and moves only as far as room is lacking there.
/// </summary>
public static class Planner
{
    /// <summary>Windows are at most a day long: what opened before may still take room.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(2);

    /// <summary>The starts still to come or overdue, by time, of windows that open before <paramref name="until"/>.</summary>
    /// <param name="history">Backups that ended, per VM, in any order; how far back is the caller's choice (nine runs are learned from).</param>
    public static IReadOnlyList<PlannedStart> Plan(
        IReadOnlyCollection<PlannedVm> vms, IReadOnlyDictionary<VmId, IReadOnlyList<PastRun>> history, PlanLimits limits, DateTimeOffset now, DateTimeOffset until)
    {
        // A whole day's beginning, so that the plan of a night is the same plan all night.
        var from = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) - LookBack;
        var bookings = new Bookings(from, (int)(until - from).TotalMinutes + 4 * 24 * 60, limits);
        var windows = vms.SelectMany(v => v.Policy.Schedules).Distinct().ToDictionary(s => s, s => s.Between(from, until).ToList());
        var wanted =
            from vm in vms
            from window in vm.Policy.Schedules.SelectMany(s => windows[s]).Distinct()
            where window.Opens >= vm.Since
            orderby window.Opens, window.Closes, Share(vm.Id), vm.Id.Value
            select (Vm: vm, Window: window);
        var latest = new Dictionary<VmId, PlannedStart>();
        var starts = new List<PlannedStart>();
        foreach (var (vm, window) in wanted)
        {
            // One run serves two windows if it starts in both.
            if (latest.TryGetValue(vm.Id, out var earlier) && earlier.At >= window.Opens && earlier.At < window.Closes) continue;
            var start = Place(vm, window, LearnedDuration.Of(RunsOf(vm, history), window.Opens), bookings);
            latest[vm.Id] = start;
            starts.Add(start);
        }
        var newest = starts.Where(s => s.Window.Opens <= now).GroupBy(s => s.Vm.Id).ToDictionary(g => g.Key, g => g.Last());
        return [.. starts
            .Where(s => s.Window.Opens > now || newest[s.Vm.Id] == s)
            .Select(s => s.Window.Opens > now ? s : Open(s, RunsOf(s.Vm, history), now))
            .OfType<PlannedStart>()
            .OrderBy(s => s.At).ThenBy(s => s.Vm.Id.Value)];
    }

    /// <summary>Those that may start now: due, on a host that can be reached, and within the limits beside what runs.</summary>
    /// <param name="running">VMs with a backup under way, whoever started it.</param>
    public static IReadOnlyList<PlannedStart> Due(
        IEnumerable<PlannedStart> plan, IEnumerable<PlannedVm> running, IReadOnlySet<string> hostsOutOfReach, PlanLimits limits, DateTimeOffset now)
    {
        var busy = new Dictionary<(char, string), int>();
        var active = new HashSet<VmId>();
        foreach (var vm in running) Take(vm);
        var due = new List<PlannedStart>();
        foreach (var start in plan.TakeWhile(s => s.At <= now))
        {
            if (active.Contains(start.Vm.Id) || hostsOutOfReach.Contains(start.Vm.Host)) continue;
            if (Full('h', start.Vm.Host, limits.PerHost) || Full('s', start.Vm.Storage, limits.PerStorage) || Full('v', start.Vm.Vault, limits.PerVault)) continue;
            Take(start.Vm);
            due.Add(start);
        }
        return due;

        bool Full(char kind, string name, int limit) => busy.GetValueOrDefault((kind, name)) >= limit;

        void Take(PlannedVm vm)
        {
            active.Add(vm.Id);
            foreach (var place in new[] { ('h', vm.Host), ('s', vm.Storage), ('v', vm.Vault) }) busy[place] = busy.GetValueOrDefault(place) + 1;
        }
    }

    private static PlannedStart Place(PlannedVm vm, Occurrence window, TimeSpan expected, Bookings bookings)
    {
        var (opens, closes, length) = (bookings.MinuteOf(window.Opens), bookings.MinuteOf(window.Closes), (int)expected.TotalMinutes);
        var last = closes - length;
        // In steps of its own length: starts anywhere would leave gaps that are too short for anybody.
        var preferred = opens + (int)(Share(vm.Id) * (Math.Max(0, last - opens) / length + 1)) * length;
        var found = bookings.Find(vm, preferred, last, length) ?? bookings.Find(vm, opens, Math.Min(last, preferred), length);
        // Late is better than never; never is only where nothing has an end.
        var start = found ?? bookings.Find(vm, preferred, int.MaxValue, length) ?? closes;
        bookings.Book(vm, start, length);
        return new(vm, window, bookings.TimeOf(start), expected, StartKind.Scheduled, found is not null);
    }

    /// <summary>What is left to do for a window that has opened; null: nothing.</summary>
    private static PlannedStart? Open(PlannedStart start, IReadOnlyList<PastRun> runs, DateTimeOffset now)
    {
        var tries = runs.Where(r => r.Started >= start.Window.Opens).ToList();
        if (tries.Any(r => r.Succeeded || r.GivenUp)) return null;
        if (tries.Count == 0) return start.Window.Closes <= now && start.At < start.Window.Closes ? start with { Kind = StartKind.CatchUp } : start;
        return tries.Count > start.Vm.Policy.Retries ? null : start with { Kind = StartKind.Retry, At = tries.Max(r => r.Ended) + start.Vm.Policy.RetryAfter };
    }

    private static IReadOnlyList<PastRun> RunsOf(PlannedVm vm, IReadOnlyDictionary<VmId, IReadOnlyList<PastRun>> history) => history.GetValueOrDefault(vm.Id) ?? [];

    /// <summary>0 to 1, evenly spread over VMs, always the same for one. A UUID's own bits may hold a time or a counter.</summary>
    private static double Share(VmId id) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(id.Value.ToByteArray(bigEndian: true))) / (double)(1L << 32);
}
