using System.Globalization;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>Waits for a guest without time to spare, as long as the policy's patience lasts. Says so when it begins to wait; nothing is held meanwhile.</summary>
internal sealed class LoadPatience(IDomain domain, BackupOrder order, IJobEvents events, TimeProvider clock)
{
    /// <summary>The first look is short, since every backup waits for it; a busy guest is looked at longer before it is believed.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500), Look = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromSeconds(10);

    /// <summary>What was seen last; null: the guest does not tell.</summary>
    public GuestLoad? Seen { get; private set; }

    /// <returns>Null: go on. Else the guest was busy until the end of patience.</returns>
    public async Task<Failure?> WaitAsync(CancellationToken ct)
    {
        if (order.DespiteLoad || order.Policy.Wanted is Consistency.Crash) return null;
        var started = clock.GetTimestamp();
        await using var channel = await domain.OpenAgentChannelAsync(ct);
        if (await LookAsync(channel, FirstLook, ct) || await LookAsync(channel, Look, ct)) return null;
        events.Publish(new WaitingForGuest(order.Job, clock.GetUtcNow(), Seen!.ToFailure(domain.Name), order.Policy.Patience));
        while (true)
        {
            var left = order.Policy.Patience - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) return After(clock.GetElapsedTime(started));
            await Task.Delay(left < Pause ? left : Pause, clock, ct);
            if (await LookAsync(channel, Look, ct)) return null;
        }
    }

    /// <summary>True: nothing speaks against a freeze.</summary>
    private async Task<bool> LookAsync(IGuestChannel channel, TimeSpan over, CancellationToken ct)
    {
        // One that does not tell any more is not waited for: the freeze's own preparation says why it is silent.
        if (await channel.MeasureLoadAsync(over, ct) is not { } load) return true;
        Seen = load;
        return !load.TooMuch;
    }

    private Failure After(TimeSpan waited)
    {
        var busy = Seen!.ToFailure(domain.Name);
        var minutes = waited.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
        return busy with
        {
            Arguments = new Dictionary<string, string>(busy.Arguments) { ["minutes"] = minutes },
            Evidence = [.. Seen.ToFacts(clock.GetUtcNow()).Select(f => new Evidence(f.Source, $"{f.Name} = {f.Value}", f.Time))],
        };
    }
}
