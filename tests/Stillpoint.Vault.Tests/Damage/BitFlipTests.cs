using System.Collections.Concurrent;
using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Damage;

/// <summary>One bit changed in every byte of every object of a small vault (delta and plain blocks, pages, two points): told, or harmless, never a wrong byte.</summary>
public sealed class BitFlipTests
{
    [Fact]
    public async Task Read_AnyByteOfAnyObjectChanged_IsToldOrHarmless()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        var flips = content.SelectMany(o => Enumerable.Range(0, o.Value.Length).Select(i => (o.Key, At: i))).ToList();
        Assert.InRange(flips.Count, 3_000, 40_000);
        var told = new ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(flips, async (flip, _) =>
        {
            var changed = new Dictionary<string, byte[]>(content) { [flip.Key] = (byte[])content[flip.Key].Clone() };
            changed[flip.Key][flip.At] ^= (byte)(1 << (flip.At % 8));
            if (await SmallVault.ReadAsync(MemoryStore.Of(changed), expected, $"{flip.Key}@{flip.At}"))
                told.AddOrUpdate(flip.Key.Split('/')[0], 1, (_, n) => n + 1);
        });
        // The whole of these is protected; a flip in the others may hit what a read of these points does not need (a lease is gone by now).
        foreach (var whole in new[] { "vault", "points" })
            Assert.Equal(content.Where(o => o.Key.Split('/')[0] == whole).Sum(o => o.Value.Length), told.GetValueOrDefault(whole));
        Assert.Equal(158, told["keys"]); // the passphrase's slot; the recovery key's, as long, is not used here
        Assert.True(told["packs"] > 500 && told["pages"] > 200 && told["index"] > 500, string.Join(", ", told));
    }

    [Fact]
    public async Task Read_AnyObjectMissing_IsToldOrHarmless()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var name in content.Keys)
            await SmallVault.ReadAsync(MemoryStore.Of(content.Where(o => o.Key != name).ToDictionary()), expected, $"without {name}");
    }

    [Fact]
    public async Task Read_AnyObjectCutShort_IsToldOrHarmless()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var (name, bytes) in content)
            foreach (var length in new[] { 0, 1, 8, 63, bytes.Length / 2, bytes.Length - 1 })
                await SmallVault.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]>(content) { [name] = bytes[..Math.Min(length, bytes.Length)] }), expected, $"{name} cut to {length}");
    }

    [Fact]
    public async Task Read_AnyTwoObjectsSwapped_IsToldOrHarmless()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var a in content.Keys)
            foreach (var b in content.Keys.Where(k => string.CompareOrdinal(a, k) < 0))
                await SmallVault.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]>(content) { [a] = content[b], [b] = content[a] }), expected, $"{a} <-> {b}");
    }

    [Fact]
    public async Task Read_AnyObjectDoubled_OverAnotherOrBesideIt_IsToldOrHarmless()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var a in content.Keys)
        {
            var beside = a[..^1] + (a[^1] == '0' ? '1' : '0');
            await SmallVault.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]>(content) { [beside] = content[a] }), expected, $"{a} also as {beside}");
            foreach (var b in content.Keys.Where(k => k != a))
                await SmallVault.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]>(content) { [b] = content[a] }), expected, $"{a} over {b}");
        }
    }

    [Fact]
    public async Task Open_LaterVersion_SaysNewerAndNotDamaged()
    {
        var (content, _) = await SmallVault.MakeAsync();
        var header = (byte[])content["vault"].Clone();
        header[8] = 2;
        System.Security.Cryptography.SHA256.HashData(header.AsSpan(0, 160), header.AsSpan(160));
        var store = MemoryStore.Of(new Dictionary<string, byte[]>(content) { ["vault"] = header });
        var e = await Assert.ThrowsAsync<FailureException>(() => OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultFormatNewer, e.Failure.Code);
        Assert.Equal("2", e.Failure.Arguments["version"]);
    }
}
