using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Stillpoint.Fabric.Goals;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Snapshots;

/// <summary>
/// The snapshots that are open, one for each VM at most, and the addresses by which guests reach them: signed with a key of this process, for one VM and one
/// task, until a time. Nothing of it outlives the process: a host that finds its snapshot gone takes it without the guest.
/// </summary>
internal sealed class SnapshotDesk(IPEndPoint? endpoint, TimeProvider clock)
{
    private const int MostTask = 64, MostDisks = 256, MostSeconds = 3600;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<VmId, SnapshotTicket> _open = new();

    /// <exception cref="FailureException">RequestInvalid.</exception>
    public SnapshotTicketView Open(VmId vm, SnapshotRequest request)
    {
        if (endpoint is null) throw GoalRules.Invalid("snapshot", "a service that was started with --snapshot");
        if (request.Task.Length is < 1 or > MostTask || !request.Task.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) throw GoalRules.Invalid("task", "letters, digits and dashes, at most 64");
        if (request.Seconds is < 1 or > MostSeconds) throw GoalRules.Invalid("seconds", $"1-{MostSeconds}");
        if (request.Disks.Count is < 1 or > MostDisks) throw GoalRules.Invalid("disks", $"1-{MostDisks}");
        var ticket = new SnapshotTicket(vm, request, clock.GetUtcNow().AddSeconds(request.Seconds));
        _open.AddOrUpdate(vm, ticket, (_, before) =>
        {
            before.Close();
            return ticket;
        });
        var until = Until(ticket);
        return new($"http://{endpoint}/snapshots/{vm}/{request.Task}?se={until}&sig={Sign(vm.ToString(), request.Task, until)}");
    }

    /// <summary>The VM's, if it is this task; else null.</summary>
    public SnapshotTicket? Find(VmId vm, string task) => _open.TryGetValue(vm, out var ticket) && ticket.Task == task ? ticket : null;

    public void Close(VmId vm, string task)
    {
        if (Find(vm, task) is not { } ticket) return;
        ticket.Close();
        _open.TryRemove(new(vm, ticket));
    }

    public void Forget(VmId vm)
    {
        if (_open.TryRemove(vm, out var ticket)) ticket.Close();
    }

    /// <summary>By the address alone that a guest called.</summary>
    /// <param name="known">Whether the signature is ours: only then anything is told.</param>
    /// <returns>Null: not open, or its time is over.</returns>
    public SnapshotTicket? Find(string vm, string task, string until, string signature, out bool known)
    {
        known = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(vm, task, until)), Encoding.UTF8.GetBytes(signature));
        if (!known || !Guid.TryParse(vm, out var id)) return null;
        return Find(new VmId(id), task) is { } ticket && Until(ticket) == until ? ticket : null;
    }

    /// <summary>A report may come after its time: it is what happened before.</summary>
    public bool IsOver(SnapshotTicket ticket) => clock.GetUtcNow() >= ticket.Expires;

    private static string Until(SnapshotTicket ticket) => ticket.Expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private string Sign(string vm, string task, string until) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{vm}\n{task}\n{until}")));
}
