using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

public sealed class LeaseTests
{
    [Fact]
    public async Task Commit_LeaseExpiredMeanwhile_IsRefused()
    {
        var (store, vault) = await NewAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        writer.BeginTree("vda", 10, null).Put(0, "0123456789"u8);
        store.Now += TimeSpan.FromMinutes(11); // the machine slept
        var e = await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(0, default, default));
        Assert.Equal(FailureCode.VaultLeaseLost, e.Failure.Code);
        Assert.Empty(await vault.ListPointsAsync(null, default));
    }

    [Fact]
    public async Task Commit_LeaseDeletedByOthers_IsRefused()
    {
        var (store, vault) = await NewAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        foreach (var lease in store.Content.Keys.Where(k => k.StartsWith("leases/", StringComparison.Ordinal))) await store.DeleteAsync(lease, default);
        Assert.Equal(FailureCode.VaultLeaseLost, (await Assert.ThrowsAsync<FailureException>(() => writer.CommitAsync(0, default, default))).Failure.Code);
    }

    [Fact]
    public async Task Renewal_EveryFifthOfTheDuration_KeepsTheLeaseLive()
    {
        var clock = new ManualClock();
        var (store, vault) = await NewAsync(clock);
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        for (var i = 0; i < 10; i++)
        {
            store.Now += TimeSpan.FromMinutes(2);
            var before = LeaseName(store);
            clock.Advance(TimeSpan.FromMinutes(2));
            while (LeaseName(store) == before) await Task.Yield();
        }
        Assert.Equal(LeaseState.Live, Assert.Single(await vault.ListLeasesAsync(default)).State);
        await writer.CommitAsync(0, default, default);
        Assert.Single(await vault.ListPointsAsync(null, default));
    }

    [Fact]
    public async Task Take_PutFailsAlthoughTheObjectIsThere_LeavesNoLease()
    {
        var (store, vault) = await NewAsync();
        var told = new LateFailures(store);
        await using var late = await OpenVault.OpenAsync(told, new Passphrase("p"), TimeProvider.System, default);
        await Assert.ThrowsAsync<FailureException>(() => late.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default));
        Assert.Equal(1, told.Failed);
        Assert.Empty(await vault.ListLeasesAsync(default));
    }

    [Fact]
    public async Task ExpiredLease_IsNamedAndBindsNobody()
    {
        var (store, vault) = await NewAsync();
        var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
        Assert.Equal(FailureCode.VaultBusy, (await Assert.ThrowsAsync<FailureException>(() => IndexRebuild.RunAsync(vault, null, default))).Failure.Code);
        store.Now += TimeSpan.FromMinutes(11);
        var lease = Assert.Single(await vault.ListLeasesAsync(default));
        Assert.Equal((LeaseState.Expired, Environment.ProcessId), (lease.State, lease.ProcessId));
        await IndexRebuild.RunAsync(vault, null, default);
        await writer.DisposeAsync();
    }

    /// <summary>Of a host that is gone nobody can know whether a process lives: its lease binds until it has expired, and not a moment longer.</summary>
    [Theory]
    [InlineData("gone-host")]
    [InlineData(null)] // this host's name, before it was started again
    public async Task StaleLease_OfADeadHost_BindsUntilItExpires_ThenItsRemainsAreCollected(string? host)
    {
        var (store, vault) = await NewAsync();
        var holder = ProcessIdentity.Current with { Host = host ?? ProcessIdentity.Current.Host, BootId = Guid.NewGuid(), Pid = 1 };
        var terms = new LeaseTerms(LeaseKind.Writer, LeaseTerms.DefaultDuration, PointId.New(TimeProvider.System), null, holder, "backup of web");
        await using var lease = await LeaseKeeper.TakeAsync(store, vault.Parts.Keys, terms, new ManualClock(), default); // never renewed
        await store.TryPutAsync("packs/00/00" + new string('a', 62), [new byte[100]], default); // of that writer, in no index

        store.Now += TimeSpan.FromMinutes(10);
        var busy = await Assert.ThrowsAsync<FailureException>(() => IndexRebuild.RunAsync(vault, null, default));
        Assert.Equal((FailureCode.VaultBusy, holder.Host), (busy.Failure.Code, busy.Failure.Arguments["host"]));
        Assert.Equal(0, (await VaultGc.RunAsync(vault, new(), default)).PacksDeleted);

        store.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(LeaseState.Expired, Assert.Single(await vault.ListLeasesAsync(default)).State);
        var report = await VaultGc.RunAsync(vault, new(), default);
        Assert.Equal((1, 1L), (report.LeasesRemoved, report.PacksDeleted));
        await IndexRebuild.RunAsync(vault, null, default);
    }

    private static string? LeaseName(MemoryStore store) =>
        store.Content.Keys.Where(k => k.StartsWith("leases/", StringComparison.Ordinal)).OrderBy(k => k.Length).ThenBy(k => k, StringComparer.Ordinal).LastOrDefault();

    private static async Task<(MemoryStore Store, OpenVault Vault)> NewAsync(TimeProvider? clock = null)
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        return (store, await OpenVault.OpenAsync(store, new Passphrase("p"), clock ?? TimeProvider.System, default));
    }
}
