using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>A collection dies, or the store is full, at every call that changes the store; then a backup, and the next collection.</summary>
public sealed class GcCrashTests
{
    [Fact]
    public async Task Gc_DeathAtEveryStoreCall_NothingIsLostAndTheNextRunFinishes()
    {
        var clean = await ReadyAsync();
        var calls = await CallsAsync(clean.Copy());
        foreach (var kind in new[] { "put leases/", "delete points/", "delete forgotten/", "put condemned/", "put packs/", "put index/", "delete index/", "delete packs/", "delete condemned/" })
            Assert.Contains(calls, c => c.StartsWith(kind, StringComparison.Ordinal));
        for (var at = 0; at < calls.Count; at++)
        {
            var life = clean.Copy();
            var n = at;
            await DieAsync(life, (i, _) => i >= n ? new DeathException() : null);
            await ProveAsync(life, $"dead at {at}: {calls[at]}");
        }
    }

    [Fact]
    public async Task Gc_StoreFullAtEveryPut_NothingIsLostAndTheNextRunFinishes()
    {
        var clean = await ReadyAsync();
        var puts = (await CallsAsync(clean.Copy())).Count(c => c.StartsWith("put ", StringComparison.Ordinal));
        for (var at = 0; at < puts; at++)
        {
            var life = clean.Copy();
            var (n, left) = (0, at);
            await DieAsync(life, (_, call) => call.StartsWith("put ", StringComparison.Ordinal) && n++ >= left ? new FailureException(FailureCode.VaultFull, Stage.Store) : null);
            await ProveAsync(life, $"full at put {at}");
        }
    }

    [Fact]
    public async Task Forget_DeathAtEveryStoreCall_EachPointIsListedOrForgotten()
    {
        var clean = await LifeVault.WithThreePointsAsync();
        for (var at = 0; at < 2; at++)
        {
            var life = clean.Copy();
            var n = at;
            await using var vault = await life.OpenAsync(new FaultStore(life.Store, (i, _) => i >= n ? new DeathException() : null));
            await Assert.ThrowsAsync<DeathException>(() => VaultForget.ForgetAsync(vault, [life.Points[0].Point, life.Points[1].Point], default));
            Assert.Equal(at, (await vault.ListForgottenAsync(default)).Count);
            await life.CheckAsync([.. Enumerable.Range(at, 3 - at)]);
        }
    }

    /// <summary>Two of three points forgotten: dead packs, half-dead ones, and index segments to merge.</summary>
    private static async Task<LifeVault> ReadyAsync()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        await VaultForget.ForgetAsync(vault, [life.Points[0].Point, life.Points[1].Point], default);
        return life;
    }

    private static async Task<List<string>> CallsAsync(LifeVault life)
    {
        var store = new FaultStore(life.Store, (_, _) => null);
        await GcTests.GcAsync(life, new(Now: true), store);
        return store.Calls;
    }

    private static async Task DieAsync(LifeVault life, Func<int, string, Exception?> fault)
    {
        try
        {
            await GcTests.GcAsync(life, new(Now: true), new FaultStore(life.Store, fault));
        }
        catch (Exception e) when (e is DeathException or FailureException { Failure.Code: FailureCode.VaultFull })
        {
        }
        life.Store.Now += TimeSpan.FromMinutes(11); // whatever lease it held has expired
    }

    private static async Task ProveAsync(LifeVault life, string what)
    {
        try
        {
            await using (var vault = await life.OpenAsync())
            {
                foreach (var left in await vault.ListPointsAsync(null, default))
                    Assert.Equal(life.Points.Single(p => p.Point.Id == left.Id).Bytes, await TestVault.CopyAsync(vault, left));
                // The content of a point that is being taken, again: it must not come to rest on what is condemned.
                await life.PutAsync(vault, life.Points[0].Bytes, null);
            }
            await GcTests.GcAsync(life, new(Now: true));
            await life.CheckAsync(2, 3);
            Assert.Equal((0, 0, 0, 0), (life.Count("condemned/"), life.Count("leases/"), life.Count("forgotten/"), life.Count("pending/")));
            Assert.Equal(0, (await GcTests.GcAsync(life, new(Now: true))).PacksDeleted);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }
    }

    private sealed class DeathException : Exception;
}
