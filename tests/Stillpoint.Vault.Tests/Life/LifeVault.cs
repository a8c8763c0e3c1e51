using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Tests.Stores;

namespace Stillpoint.Vault.Tests.Life;

/// <summary>A vault in memory with points of random content, and what each of them must read as.</summary>
internal sealed class LifeVault
{
    public const int BlockSize = 16 * 1024;

    public MemoryStore Store { get; private init; } = new();

    public List<(PointInfo Point, byte[] Bytes)> Points { get; } = [];

    public static async Task<LifeVault> CreateAsync()
    {
        var made = new LifeVault();
        await VaultInit.CreateAsync(made.Store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        return made;
    }

    /// <summary>Three points: the second changes some blocks of the first a little, the third others wholly.</summary>
    public static async Task<LifeVault> WithThreePointsAsync()
    {
        var made = await CreateAsync();
        await using var vault = await made.OpenAsync();
        var random = new Random(7);
        var bytes = new byte[40 * BlockSize + 100];
        random.NextBytes(bytes.AsSpan(0, 30 * BlockSize));
        var p1 = await made.PutAsync(vault, bytes, null);
        bytes = (byte[])bytes.Clone();
        for (var block = 0; block < 10; block++) random.NextBytes(bytes.AsSpan(block * BlockSize + 50, 40));
        var p2 = await made.PutAsync(vault, bytes, p1);
        bytes = (byte[])bytes.Clone();
        random.NextBytes(bytes.AsSpan(10 * BlockSize, 18 * BlockSize)); // more than half of what the first point stored
        await made.PutAsync(vault, bytes, p2);
        return made;
    }

    /// <summary>The same objects in a store of their own, as a crash test needs them again and again.</summary>
    public LifeVault Copy()
    {
        var copy = new LifeVault { Store = MemoryStore.Of(Store.Content) };
        copy.Store.Now = Store.Now;
        copy.Points.AddRange(Points);
        return copy;
    }

    public Task<OpenVault> OpenAsync(IBlobStore? store = null) => OpenVault.OpenAsync(store ?? Store, new Passphrase("p"), TimeProvider.System, default);

    public async Task<PointInfo> PutAsync(OpenVault vault, byte[] bytes, PointInfo? @base)
    {
        Store.Now += TimeSpan.FromHours(1);
        var point = await TestVault.PutAsync(vault, bytes, @base);
        Points.Add((point, bytes));
        return point;
    }

    /// <summary>Listed are exactly the points with these numbers, and each reads as it must. Nothing is damaged.</summary>
    public async Task CheckAsync(params int[] points)
    {
        await using var vault = await OpenAsync();
        var listed = await vault.ListPointsAsync(null, default);
        var expected = points.Select(p => Points[p].Point.Id).Order();
        if (!listed.Select(p => p.Id).Order().SequenceEqual(expected)) throw new InvalidOperationException($"listed: {string.Join(' ', listed.Select(p => p.Id))}");
        foreach (var point in listed)
        {
            var right = Points.Single(p => p.Point.Id == point.Id).Bytes;
            if (!(await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(right)) throw new InvalidOperationException($"wrong bytes in {point.Id}");
        }
        var report = await VaultVerify.FullAsync(vault, null, default);
        if (!report.IsWhole) throw new InvalidOperationException(string.Join('\n', [.. report.Damage.Select(d => d.ToString()), .. report.Points.Select(d => d.ToString())]));
    }

    public int Count(string folder) => Store.Content.Keys.Count(k => k.StartsWith(folder, StringComparison.Ordinal));

    public long Bytes(string folder) => Store.Content.Where(k => k.Key.StartsWith(folder, StringComparison.Ordinal)).Sum(k => (long)k.Value.Length);
}
