namespace Stillpoint.Control.Planning;

/// <summary>How much is booked in each minute, on every host, storage and vault.</summary>
internal sealed class Bookings(DateTimeOffset from, int minutes, PlanLimits limits)
{
    private readonly Dictionary<(char Kind, string Name), short[]> _booked = [];

    public int MinuteOf(DateTimeOffset time) => (int)Math.Ceiling((time - from).TotalMinutes);

    public DateTimeOffset TimeOf(int minute) => from.AddMinutes(minute);

    /// <summary>The first minute from <paramref name="first"/> to <paramref name="last"/> at which the VM has room for so many; null: none.</summary>
    public int? Find(PlannedVm vm, int first, int last, int length)
    {
        var places = Places(vm);
        var start = Math.Max(0, first);
        while (start <= last && start + length <= minutes)
        {
            var next = start;
            // From the end: what is full there rules out most starts at once.
            for (var minute = start + length - 1; minute >= start; minute--)
            {
                if (!places.Any(p => p.Booked[minute] >= p.Limit)) continue;
                next = minute + 1;
                break;
            }
            if (next == start) return start;
            start = next;
        }
        return null;
    }

    public void Book(PlannedVm vm, int start, int length)
    {
        foreach (var (booked, _) in Places(vm))
        {
            for (var minute = Math.Max(0, start); minute < Math.Min(minutes, start + length); minute++) booked[minute]++;
        }
    }

    private (short[] Booked, int Limit)[] Places(PlannedVm vm) =>
        [(Of('h', vm.Host), limits.PerHost), (Of('s', vm.Storage), limits.PerStorage), (Of('v', vm.Vault), limits.PerVault)];

    private short[] Of(char kind, string name)
    {
        if (!_booked.TryGetValue((kind, name), out var booked)) _booked[(kind, name)] = booked = new short[minutes];
        return booked;
    }
}
