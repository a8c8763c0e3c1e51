using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Damage;

/// <summary>
/// One or two objects flipped, cut, swapped, lost or doubled at random. A restore gives the right bytes or says why not; and a full verification names exactly the
/// points that cannot be restored, no more and no fewer.
/// </summary>
public sealed class DamageReportTests
{
    private const int BlockSize = 16 * 1024;
    private static readonly string[] Folders = ["packs", "pages", "index", "points"];
    private static readonly SeriesId Other = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000002"));

    [Fact]
    public Task Verify_AnyDamage_NamesExactlyThePointsThatAreHit() => RunAsync(1, 150);

    [Fact(Explicit = true)]
    public async Task Verify_AnyDamage_NamesExactlyThePointsThatAreHit_Many() => (await RunAsync(1_000, 5_000)).Write(1_000, 5_000);

    private static async Task<DamageTally> RunAsync(int first, int count)
    {
        var (content, expected) = await MakeAsync();
        var tally = new DamageTally();
        await Parallel.ForEachAsync(Enumerable.Range(first, count), async (seed, _) =>
        {
            var (damaged, done) = Damaged(content, new Random(seed));
            tally.Add(done, await CheckAsync(MemoryStore.Of(damaged), expected, seed));
        });
        Assert.True(tally.Harmful > count / 5, $"only {tally.Harmful} of {count} did any harm: the test looks away");
        return tally;
    }

    /// <returns>Whether a point was hit.</returns>
    private static async Task<bool> CheckAsync(MemoryStore store, Dictionary<PointId, byte[]> expected, int seed)
    {
        OpenVault vault;
        try
        {
            vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer or FailureCode.VaultNotFound or FailureCode.VaultWrongPassphrase)
        {
            return true; // told, and the recovery key's slot is there for it
        }
        await using (vault)
        {
            var listed = await vault.ListPointsAsync(null, default);
            var lost = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var point in listed)
            {
                try
                {
                    Assert.True((await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(expected[point.Id]), $"seed {seed}: wrong bytes");
                }
                catch (FailureException e) when (e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer)
                {
                    lost.Add($"{point.SeriesLabel} {point.Id}");
                }
            }
            // Who has no manifest left is named by it, or (lost without a trace) by nobody but the catalog.
            var told = (await vault.ListDamagedAsync(default)).Select(d => d.Arguments["object"]).ToList();
            foreach (var id in expected.Keys.Where(id => listed.All(p => p.Id != id)))
                if (store.Content.Keys.Any(k => k.StartsWith("points/", StringComparison.Ordinal) && k.EndsWith(id.ToString(), StringComparison.Ordinal)))
                    Assert.True(told.Exists(t => t.EndsWith(id.ToString(), StringComparison.Ordinal)), $"seed {seed}: {id} is gone and nobody says so");
            var report = await VaultVerify.FullAsync(vault, null, default);
            var named = new SortedSet<string>(report.Points.Select(p => $"{p.Series} {p.Point}"), StringComparer.Ordinal);
            Assert.True(lost.SetEquals(named), $"seed {seed}: cannot be restored: {string.Join(", ", lost)}; verify names: {string.Join(", ", named)}");
            return lost.Count > 0 || told.Count > 0;
        }
    }

    private static (Dictionary<string, byte[]> Objects, List<(string Folder, DamageKind Kind)> Done) Damaged(IReadOnlyDictionary<string, byte[]> content, Random random)
    {
        var done = new List<(string Folder, DamageKind Kind)>();
        var objects = content.ToDictionary(o => o.Key, o => (byte[])o.Value.Clone(), StringComparer.Ordinal);
        // By kind first: packs are few, and they are what matters. Names are random, so by length, which is not.
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var folder = Folders[random.Next(Folders.Length)];
            var names = objects.Keys.Where(n => n.StartsWith(folder, StringComparison.Ordinal)).OrderBy(n => objects[n].Length).ToList();
            if (names.Count == 0) continue;
            var name = names[random.Next(names.Count)];
            var other = names[random.Next(names.Count)];
            var kind = (DamageKind)random.Next(5);
            done.Add((folder, kind));
            switch (kind)
            {
                case DamageKind.Flip when objects[name].Length > 0:
                    objects[name][random.Next(objects[name].Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case DamageKind.Cut:
                    objects[name] = objects[name][..random.Next(objects[name].Length + 1)];
                    break;
                case DamageKind.Swap:
                    (objects[name], objects[other]) = (objects[other], objects[name]);
                    break;
                case DamageKind.Loss:
                    objects.Remove(name);
                    break;
                default:
                    objects[$"{name[..^2]}{(name.EndsWith("00", StringComparison.Ordinal) ? "11" : "00")}"] = objects[name];
                    break;
            }
        }
        return (objects, done);
    }

    private static async Task<(IReadOnlyDictionary<string, byte[]> Content, Dictionary<PointId, byte[]> Expected)> MakeAsync()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, Delta: true, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var expected = new Dictionary<PointId, byte[]>();
        var disk = TestData.Disk(6 * BlockSize + 500, 1);
        PointInfo? last = null;
        for (var i = 0; i < 3; i++)
        {
            disk = (byte[])disk.Clone();
            new Random(i).NextBytes(disk.AsSpan(2 * i * BlockSize + 3, 50));
            last = await TestVault.PutAsync(vault, disk, last, last is null ? null : [2 * i]);
            expected[last.Id] = disk;
        }
        // Another VM with blocks of the first and one of its own.
        var shared = (byte[])disk.Clone();
        new Random(9).NextBytes(shared.AsSpan(0, BlockSize));
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), Other, "db", null, default);
        var tree = writer.BeginTree("vda", shared.Length, null);
        foreach (var block in TestVault.Blocks(tree.BlockCount)) tree.Put(block, TestVault.Block(shared, block, BlockSize));
        expected[(await writer.CommitAsync(1, default, default)).Id] = shared;
        return (store.Content, expected);
    }
}
