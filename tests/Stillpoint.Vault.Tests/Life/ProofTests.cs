using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Life;

public sealed class ProofTests
{
    [Fact]
    public async Task Sample_OldestProofFirst_ProvesEveryPackInTurn()
    {
        var life = await LifeVault.WithThreePointsAsync();
        var packs = life.Count("pa");
        await using var vault = await life.OpenAsync();
        Assert.Equal((packs, null), (await UnprovenAsync(vault), (await VaultStats.ReadAsync(vault, default)).OldestProof));
        var share = 1.0 / packs;
        for (var i = 1; i <= packs; i++)
        {
            life.Store.Now += TimeSpan.FromHours(1);
            var report = await VaultVerify.FullAsync(vault, new(share), null, default);
            Assert.Equal((1L, packs - 1L, true), (report.Objects, report.Left, report.IsWhole));
            Assert.Equal(packs - i, await UnprovenAsync(vault));
        }
        var oldest = (await VaultStats.ReadAsync(vault, default)).OldestProof;
        Assert.Equal(life.Store.Now - TimeSpan.FromHours(packs - 1), oldest);
        await VaultVerify.FullAsync(vault, new(share), null, default);
        Assert.Equal(oldest + TimeSpan.FromHours(1), (await VaultStats.ReadAsync(vault, default)).OldestProof);
        Assert.Equal(1, life.Count("proofs/"));
    }

    [Fact]
    public async Task MaxTimeUp_LooksAtNothingMore_AndSaysSo()
    {
        var life = await LifeVault.WithThreePointsAsync();
        await using var vault = await life.OpenAsync();
        var report = await VaultVerify.FullAsync(vault, new(MaxTime: TimeSpan.Zero), null, default);
        Assert.Equal((0L, (long)life.Count("pa"), 3L), (report.Objects, report.Left, report.PointsLeft));
        Assert.Equal(life.Count("pa"), await UnprovenAsync(vault));
    }

    [Fact]
    public async Task DamagedPack_IsNotProven()
    {
        var life = await LifeVault.WithThreePointsAsync();
        // The smallest: the largest is the first point's, and deltas in others need its blocks.
        var name = life.Store.Content.Where(o => o.Key.StartsWith("packs/", StringComparison.Ordinal)).MinBy(o => o.Value.Length).Key;
        var bytes = (byte[])life.Store[name].Clone();
        bytes[200] ^= 1;
        await life.Store.DeleteAsync(name, default);
        await life.Store.TryPutAsync(name, [bytes], default);
        await using var vault = await life.OpenAsync();
        Assert.False((await VaultVerify.FullAsync(vault, null, default)).IsWhole);
        Assert.Equal(1, await UnprovenAsync(vault));
    }

    /// <summary>Garbage is collected at the very moments at which a verification reads.</summary>
    [Fact]
    public async Task VerifyBesideGc_CallsNothingDamaged()
    {
        var clean = await LifeVault.WithThreePointsAsync();
        await using (var vault = await clean.OpenAsync())
            await VaultForget.ForgetAsync(vault, [clean.Points[0].Point, clean.Points[1].Point], default);
        for (var at = 0; ; at++)
        {
            var life = clean.Copy();
            var (n, reads) = (at, 0);
            var store = new ReadStore(life.Store, () =>
            {
                if (reads++ == n) GcTests.GcAsync(life, new(Now: true)).GetAwaiter().GetResult();
            });
            await using var vault = await life.OpenAsync(store);
            reads = 0;
            var report = await VaultVerify.FullAsync(vault, null, default);
            Assert.True(report.IsWhole, $"collected at read {at}: {string.Join('\n', report.Damage)}");
            Assert.Equal(0, life.Count("damaged/"));
            if (reads <= n) break;
        }
    }

    private static async Task<int> UnprovenAsync(OpenVault vault) => (int)(await VaultStats.ReadAsync(vault, default)).PacksUnproven;

    /// <summary>Tells of each read before it happens, one at a time.</summary>
    private sealed class ReadStore(MemoryStore inner, Action reading) : Vault.Stores.IBlobStore
    {
        private readonly Lock _lock = new();

        public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct) => inner.TryPutAsync(name, parts, ct);

        public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
        {
            lock (_lock) reading();
            return inner.ReadAsync(name, offset, buffer, ct);
        }

        public Task<Vault.Stores.BlobInfo?> FindAsync(string name, CancellationToken ct) => inner.FindAsync(name, ct);

        public IAsyncEnumerable<Vault.Stores.BlobInfo> ListAsync(string folder, CancellationToken ct) => inner.ListAsync(folder, ct);

        public Task DeleteAsync(string name, CancellationToken ct) => inner.DeleteAsync(name, ct);

        public Task<DateTimeOffset> NowAsync(CancellationToken ct) => inner.NowAsync(ct);
    }
}
