using System.Collections.Immutable;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Host;

/// <summary>Hands one connection's events to those who subscribed. Publishing happens on the event loop's thread only.</summary>
internal sealed class EventHub
{
    private ImmutableArray<Subscription> _subscriptions = [];
    private volatile bool _lost;

    public bool ConnectionLost => _lost;

    public IDisposable Subscribe(VmId vm, Action<DomainEvent> handler)
    {
        var subscription = new Subscription(this, vm, handler);
        ImmutableInterlocked.Update(ref _subscriptions, static (all, one) => all.Add(one), subscription);
        // Lost before the subscription stood: nobody else will say so.
        if (_lost) handler(new(DomainEventKind.ConnectionLost, ""));
        return subscription;
    }

    public void Publish(VmId vm, DomainEvent domainEvent)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Vm == vm) subscription.Handler(domainEvent);
        }
    }

    public void PublishLost(string detail)
    {
        _lost = true;
        foreach (var subscription in _subscriptions) subscription.Handler(new(DomainEventKind.ConnectionLost, detail));
    }

    private sealed record Subscription(EventHub Hub, VmId Vm, Action<DomainEvent> Handler) : IDisposable
    {
        public void Dispose() =>
            ImmutableInterlocked.Update(ref Hub._subscriptions, static (all, one) => all.RemoveAll(s => ReferenceEquals(s, one)), this);
    }
}
