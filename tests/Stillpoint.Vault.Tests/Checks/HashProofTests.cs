using Stillpoint.Vault.Tests.Life;
using Stillpoint.Vault.Tests.Stores;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Vault.Tests.Checks;

/// <summary>The check without a key, of some at a time.</summary>
public sealed class HashProofTests
{
    [Fact]
    public async Task Sample_OldestFirst_LooksAtEveryObjectInTurn()
    {
        var (life, objects) = await SceneAsync();
        var broken = BreakOne(life);
        var found = 0;
        for (var i = 0; i < objects; i++)
        {
            life.Store.Now += TimeSpan.FromHours(1);
            var report = await SampleAsync(life.Store, 1.0 / objects);
            Assert.Equal((1L, objects - 1L), (report.Objects, report.Left));
            found += report.Damage.Count(d => d.Arguments["object"] == broken);
        }
        // What is broken is never proven, so from its turn on it comes first every time.
        Assert.InRange(found, 1, objects);
        Assert.Equal([broken], (await SampleAsync(life.Store, 1.0 / objects)).Damage.Select(d => d.Arguments["object"]));
        Assert.Equal(1, life.Count("checked/"));
    }

    [Fact]
    public async Task MaxTimeUp_LooksAtNothing_AndSaysSo()
    {
        var (life, objects) = await SceneAsync();
        var report = await VaultVerify.PacksAsync(life.Store, new(MaxTime: TimeSpan.Zero), TimeProvider.System, null, default);
        Assert.Equal((0L, (long)objects, true), (report.Objects, report.Left, report.IsWhole));
    }

    [Fact]
    public async Task Whole_LeavesNothingInTheVault()
    {
        var (life, objects) = await SceneAsync();
        Assert.Equal(objects, (await VaultVerify.PacksAsync(life.Store, null, default)).Objects);
        Assert.Equal(0, life.Count("checked/"));
    }

    [Fact]
    public async Task Sample_VaultThatCannotBeWritten_IsDoneAllTheSame()
    {
        var (life, _) = await SceneAsync();
        var locked = new FaultStore(life.Store, (_, _) => new FailureException(FailureCode.VaultReadOnly, Stage.Store));
        Assert.Equal(1, (await SampleAsync(locked, 0.01)).Objects);
    }

    [Fact]
    public async Task Notes_ChangedAnywhere_AreAsIfThereWereNone()
    {
        var (life, objects) = await SceneAsync();
        await SampleAsync(life.Store, 1.0 / objects);
        var name = life.Store.Content.Keys.Single(k => k.StartsWith("checked/", StringComparison.Ordinal));
        var whole = life.Store[name];
        for (var at = 0; at < whole.Length; at++)
        {
            var store = MemoryStore.Of(life.Store.Content);
            store.Replace(name, [.. whole.Select((b, i) => i == at ? (byte)(b ^ 0x81) : b)]);
            Assert.Equal(1, (await SampleAsync(store, 1.0 / objects)).Objects);
        }
    }

    private static async Task<(LifeVault Life, int Objects)> SceneAsync()
    {
        var life = await LifeVault.WithThreePointsAsync();
        return (life, life.Count("pa") + life.Count("index/"));
    }

    private static string BreakOne(LifeVault life)
    {
        var name = life.Store.Content.Keys.Where(k => k.StartsWith("packs/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();
        life.Store.Replace(name, [.. life.Store[name].Reverse()]);
        return name;
    }

    private static Task<VerifyReport> SampleAsync(Vault.Stores.IBlobStore store, double share) =>
        VaultVerify.PacksAsync(store, new(share), TimeProvider.System, null, default);
}
