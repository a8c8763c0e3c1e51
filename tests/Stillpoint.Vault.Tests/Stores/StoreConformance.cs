using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Stores;

/// <summary>What every store and every decorator must do: one suite for all.</summary>
public abstract class StoreConformance
{
    private protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task Put_FreeName_IsReadAndListedAtOnce()
    {
        Assert.True(await Store.TryPutAsync("packs/ab/one", [new byte[] { 1, 2 }, new byte[] { 3 }], default));
        var buffer = new byte[10];
        Assert.Equal(3, await Store.ReadAsync("packs/ab/one", 0, buffer, default));
        Assert.Equal([1, 2, 3], buffer[..3]);
        Assert.Equal(1, await Store.ReadAsync("packs/ab/one", 2, buffer, default));
        Assert.Equal(0, await Store.ReadAsync("packs/ab/one", 3, buffer, default));
        Assert.Equal(0, await Store.ReadAsync("packs/ab/one", 99, buffer, default));
        var info = Assert.Single(await ListAsync("packs/"));
        Assert.Equal(("packs/ab/one", 3L), (info.Name, info.Length));
        Assert.Equal(3, (await Store.FindAsync("packs/ab/one", default))!.Value.Length);
    }

    [Fact]
    public async Task Put_TakenName_IsFalseAndChangesNothing()
    {
        Assert.True(await Store.TryPutAsync("a", [new byte[] { 1 }], default));
        Assert.False(await Store.TryPutAsync("a", [new byte[] { 2, 2 }], default));
        var buffer = new byte[4];
        Assert.Equal(1, await Store.ReadAsync("a", 0, buffer, default));
        Assert.Equal(1, buffer[0]);
    }

    [Fact]
    public async Task Put_ManyAtOnceUnderOneName_ExactlyOneWins()
    {
        var won = 0;
        byte winner = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, 16), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, ct) =>
        {
            if (!await Store.TryPutAsync("points/x", [new[] { (byte)i }], ct)) return;
            Interlocked.Increment(ref won);
            winner = (byte)i;
        });
        Assert.Equal(1, won);
        var buffer = new byte[2];
        Assert.Equal(1, await Store.ReadAsync("points/x", 0, buffer, default));
        Assert.Equal(winner, buffer[0]);
    }

    [Fact]
    public async Task MissingName_IsNullEverywhereAndDeletesQuietly()
    {
        Assert.Null(await Store.ReadAsync("no/such", 0, new byte[1], default));
        Assert.Null(await Store.FindAsync("no/such", default));
        await Store.DeleteAsync("no/such", default);
        Assert.Empty(await ListAsync("no/"));
    }

    [Fact]
    public async Task Delete_NameIsFreeAgain()
    {
        await Store.TryPutAsync("k/1", [new byte[] { 1 }], default);
        await Store.TryPutAsync("k/2", [new byte[] { 1 }], default);
        await Store.DeleteAsync("k/1", default);
        Assert.Equal("k/2", Assert.Single(await ListAsync("k/")).Name);
        Assert.True(await Store.TryPutAsync("k/1", [new byte[] { 7 }], default));
    }

    [Fact]
    public async Task Put_Empty_IsAnObjectOfNoBytes()
    {
        Assert.True(await Store.TryPutAsync("e", [], default));
        Assert.Equal(0, await Store.ReadAsync("e", 0, new byte[1], default));
    }

    [Fact]
    public async Task Now_IsNotBeforeWhatWasWrittenBefore()
    {
        await Store.TryPutAsync("a", [new byte[] { 1 }], default);
        var written = (await Store.FindAsync("a", default))!.Value.Written;
        Assert.True(await Store.NowAsync(default) >= written);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("A")]
    [InlineData("a\0b")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/")]
    public async Task AnyCall_NotAName_IsRefused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.TryPutAsync(name, [new byte[1]], default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ReadAsync(name, 0, new byte[1], default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.DeleteAsync(name, default));
    }

    private async Task<List<BlobInfo>> ListAsync(string folder)
    {
        var found = new List<BlobInfo>();
        await foreach (var blob in Store.ListAsync(folder, default)) found.Add(blob);
        return found;
    }
}
