using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Control.Workers;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Control.Tests.Workers;

/// <summary>One vault id in two folders, seen by the worker, which is the first to open the vault.</summary>
public sealed class TwoVaultsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Worker_VaultCopiedByOtherMeans_RefusesToBackUpIntoTheSecond()
    {
        var id = await MakeAsync();
        (await Tool.RunAsync("cp", "-a", _folder["vault"], _folder["twice"])).Must();
        var failure = await RunAsync(_folder["twice"], id, _folder["vault"]);
        Assert.Equal((FailureCode.VaultIdTwice, _folder["twice"], _folder["vault"]), (failure.Code, failure.Arguments["path"], failure.Arguments["other"]));
    }

    [Fact]
    public async Task Worker_VaultMovedOrReachedByAnotherPath_GoesOn()
    {
        var id = await MakeAsync();
        Directory.CreateSymbolicLink(_folder["link"], _folder["vault"]);
        // The host is asked for next: that it is out of reach here is how far the worker came.
        Assert.Equal(FailureCode.HostUnreachable, (await RunAsync(_folder["link"], id, _folder["vault"])).Code);
        Assert.Equal(FailureCode.HostUnreachable, (await RunAsync(_folder["vault"], id, _folder["gone"])).Code);
        Assert.Equal(FailureCode.HostUnreachable, (await RunAsync(_folder["vault"], Guid.NewGuid(), _folder["vault"])).Code);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Guid> MakeAsync() =>
        (await VaultInit.CreateAsync(new FolderStore(_folder["vault"]), new(PassphraseRounds: 10), "p", TimeProvider.System, default)).Id.Value;

    private async Task<Failure> RunAsync(string vault, Guid known, string knownPath)
    {
        var order = new WorkerOrder(
            new Dictionary<Guid, string> { [known] = knownPath },
            new(JobId.New(TimeProvider.System), "web", CapturePolicy.Default, new HashSet<string>(), null, false));
        static Task<IHypervisorHost> unreachable(HostUri uri, CancellationToken ct) =>
            Task.FromException<IHypervisorHost>(new FailureException(FailureCode.HostUnreachable, Stage.Connect));
        var start = new WorkerStart("qemu:///system", _folder["data"], _folder["run"], vault, [.. "p"u8], false, 300_000);
        var work = new WorkerJob(start, unreachable, TimeProvider.System, null, null, _ => { }, Task.FromResult<Guid?>(null), default);
        return (await Assert.ThrowsAsync<FailureException>(() => work.RunAsync(order, default))).Failure;
    }
}
