using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Tests.Fakes;

/// <summary>A host with one VM, for faults that a real one cannot be made to show at a wanted moment. <see cref="Up"/> = false: libvirtd is gone.</summary>
internal sealed class FakeHost : IHypervisorHost
{
    private readonly List<Action<DomainEvent>> _handlers = [];

    public FakeHost() => Domain = new(this);

    public FakeDomain Domain { get; }

    public bool Up { get; set; } = true;

    /// <summary>What the next connection is, after libvirtd was restarted; null: this.</summary>
    public FakeHost? Another { get; set; }

    public int Connects { get; private set; }

    public HostUri Uri => HostUri.Default;

    public bool IsAlive => Up;

    public Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct)
    {
        Connects++;
        Check();
        return Task.FromResult<IHypervisorHost>(this);
    }

    public void Raise(DomainEvent e)
    {
        foreach (var handler in _handlers.ToArray()) handler(e);
    }

    public void Check()
    {
        if (!Up) throw new FailureException(FailureCode.HostUnreachable, Stage.Connect);
    }

    public Task<IReadOnlyList<DomainSummary>> ListDomainsAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<IDomain> FindDomainAsync(string nameOrUuid, CancellationToken ct)
    {
        Check();
        return nameOrUuid == Domain.Name || nameOrUuid == Domain.Id.ToString()
            ? Task.FromResult<IDomain>(Domain)
            : throw new FailureException(FailureCode.VmNotFound, Stage.Connect, ("vm", nameOrUuid));
    }

    public Task<IDomain> DefineAsync(string xml, CancellationToken ct) => throw new NotSupportedException();

    public Task<string> FindPoolFolderAsync(string pool, CancellationToken ct) => throw new NotSupportedException();

    public Task<string?> FindNetworkAsync(string name, bool inactive, CancellationToken ct) => throw new NotSupportedException();

    public Task DefineNetworkAsync(string xml, CancellationToken ct) => throw new NotSupportedException();

    public Task<string?> FindFilterAsync(string name, CancellationToken ct) => throw new NotSupportedException();

    public IDisposable Subscribe(VmId vm, Action<DomainEvent> handler)
    {
        _handlers.Add(handler);
        return new Subscription(() => _handlers.Remove(handler));
    }

    public Task<IHypervisorHost> OpenAnotherAsync(CancellationToken ct) => (Another ?? this).ConnectAsync(Uri, ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
