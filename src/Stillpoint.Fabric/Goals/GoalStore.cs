using System.Collections.Frozen;
using System.Net;
using System.Text.Json;
using Stillpoint.Fabric.Callers;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Goals;

/// <summary>
/// The VMs and what each is told. A goal is on stable storage before a guest sees it; a VM whose file cannot be read is not served at all: an agent
/// that is told nothing keeps what it has, one that is told of no extension deletes it.
/// </summary>
internal sealed class GoalStore : ICallers
{
    private readonly StateFolder _folder;
    private readonly TimeProvider _clock;
    private readonly Lock _writing = new();
    private volatile State _state;

    public GoalStore(StateFolder folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        var goals = new Dictionary<VmId, Goal>();
        var damaged = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder.Vms, "*.json").Order(StringComparer.Ordinal))
        {
            if (Read(file) is { } goal) goals[new(goal.Vm)] = goal;
            else damaged.Add(Path.GetFileName(file));
        }
        _state = new(goals, damaged);
    }

    /// <summary>Files that could not be read. A new goal for the VM replaces its file.</summary>
    public IReadOnlyList<string> Damaged => _state.Damaged;

    public IEnumerable<Goal> All => _state.Goals.Values.OrderBy(g => g.Vm);

    public VmId? Find(IPAddress address) => _state.Owners.TryGetValue(address, out var vm) ? vm : null;

    public Goal? Find(VmId vm) => _state.Goals.GetValueOrDefault(vm);

    /// <exception cref="FailureException">RequestInvalid, DataFolderUnusable.</exception>
    public Goal Put(VmId vm, GoalRequest request)
    {
        lock (_writing)
        {
            var current = Find(vm);
            var next = GoalRules.Next(current, vm, request, _clock.GetUtcNow());
            foreach (var address in next.ParsedAddresses)
                if (Find(address) is { } owner && owner != vm) throw GoalRules.Invalid("addresses", $"not {address}, which is VM {owner}'s");
            var file = FileOf(vm);
            StateFolder.Write(file, JsonSerializer.SerializeToUtf8Bytes(next, GoalJson.Default.Goal));
            var goals = new Dictionary<VmId, Goal>(_state.Goals) { [vm] = next };
            _state = new(goals, [.. Damaged.Where(d => d != Path.GetFileName(file))]);
            return next;
        }
    }

    /// <summary>From now on the VM is a stranger; its agent keeps what it has. One that is not there is gone already.</summary>
    public void Remove(VmId vm)
    {
        lock (_writing)
        {
            StateFolder.Delete(FileOf(vm));
            var goals = new Dictionary<VmId, Goal>(_state.Goals);
            goals.Remove(vm);
            _state = new(goals, Damaged);
        }
    }

    private static Goal? Read(string file)
    {
        try
        {
            var goal = JsonSerializer.Deserialize(File.ReadAllBytes(file), GoalJson.Default.Goal);
            if (goal is not { Format: Goal.CurrentFormat } || $"{new VmId(goal.Vm)}.json" != Path.GetFileName(file)) return null;
            return goal.Addresses.All(a => IPAddress.TryParse(a, out _)) ? goal : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Unusable(file, e);
        }
    }

    private string FileOf(VmId vm) => Path.Combine(_folder.Vms, $"{vm}.json");

    /// <summary>Replaced as a whole, so that readers need no lock.</summary>
    private sealed class State(IReadOnlyDictionary<VmId, Goal> goals, IReadOnlyList<string> damaged)
    {
        public FrozenDictionary<VmId, Goal> Goals { get; } = goals.ToFrozenDictionary();

        public FrozenDictionary<IPAddress, VmId> Owners { get; } =
            goals.SelectMany(pair => pair.Value.ParsedAddresses.Select(address => (address, pair.Key))).ToFrozenDictionary(p => p.address, p => p.Key);

        public IReadOnlyList<string> Damaged { get; } = damaged;
    }
}
