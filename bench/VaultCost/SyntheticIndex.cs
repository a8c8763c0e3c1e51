using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Stillpoint.Vault;
using Stillpoint.Vault.Index;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.VaultCost;

/// <summary>
/// Segments of an index for data that was never written: ids that look random, 128 of them in each pack of 16 MiB, as many in a segment as a collection puts
/// into one. For the collection itself: a disk of a TiB whose tree names them, its pages real.
/// </summary>
internal static class SyntheticIndex
{
    public const long PackBytes = EntriesPerPack * (BlockSize + 16L);
    public const int EntriesPerTib = (int)((1L << 40) / BlockSize);
    private const int BlockSize = 128 * 1024;
    private const int EntriesPerPack = 128;
    private const int EntriesPerSegment = 256 * 1024;
    private const int Lookups = 20_000;

    /// <param name="gcTib">Up to so many the collection is measured too.</param>
    public static async Task<List<Measure>> RunAsync(string folder, int tib, int gcTib)
    {
        Directory.CreateDirectory(folder);
        var store = new FolderStore(folder);
        await VaultInit.CreateAsync(store, new(PassphraseRounds: 1000), "bench", TimeProvider.System, default);
        var measures = new List<Measure>();
        void Told(string what, int at, double value) => measures.Add(Measure.Told(what, at, value));
        var empty = await Child.MemoryOfAsync("index", folder);
        for (var at = 1; at <= tib; at++)
        {
            var first = (long)(at - 1) * EntriesPerTib;
            for (var from = 0; from < EntriesPerTib; from += EntriesPerSegment) await AddAsync(store, first + from);
            if (at <= gcTib) await SyntheticDisk.AddAsync(store, first, at);
            if (at > 5 && at % 5 != 0) continue;
            await using (var vault = await Scene.OpenAsync(store))
            {
                var watch = Stopwatch.StartNew();
                await vault.Parts.Index.RefreshAsync(default);
                Told("open, s", at, watch.Elapsed.TotalSeconds);
                var random = new Random(1);
                Told("known ids, look-ups a second", at, PerSecond(vault, true, () => random.NextInt64((long)at * EntriesPerTib)));
                Told("unknown ids, look-ups a second", at, PerSecond(vault, false, () => long.MaxValue - random.NextInt64(1L << 40)));
            }
            Told("index, private MiB a TiB", at, (await Child.MemoryOfAsync("index", folder) - empty) / at);
            if (at > gcTib || (at is not 1 && at != gcTib)) continue;
            await NamedPacks.SetAsync(store, (long)at * EntriesPerTib / EntriesPerPack);
            var gc = await Cost.OfAsync(1, async () => Told("gc, private MiB", at, await Child.MemoryOfAsync("gc-named", folder)));
            Told("gc, s", at, gc.Wall / 1000);
        }
        return measures;
    }

    public static async Task OpenOnlyAsync(FolderStore store)
    {
        await using var vault = await Scene.OpenAsync(store);
        await vault.Parts.Index.RefreshAsync(default);
        var random = new Random(1);
        for (var i = 0; i < 1000; i++) vault.Parts.Index.FindLive(IdOf(random.NextInt64()));
    }

    public static BlockId IdOf(long number)
    {
        Span<byte> seed = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(seed, number);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(seed, hash);
        return BlockId.Read(hash);
    }

    /// <summary>Name of a pack by its number; entry 128 n is the first of pack n.</summary>
    public static BlockId PackOf(long number) => IdOf(~number);

    private static double PerSecond(OpenVault vault, bool known, Func<long> next)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Lookups; i++)
            if (vault.Parts.Index.FindLive(IdOf(next())) is null == known) throw new InvalidOperationException("the index is wrong");
        return Lookups / watch.Elapsed.TotalSeconds;
    }

    private static async Task AddAsync(FolderStore store, long first)
    {
        await using var vault = await Scene.OpenAsync(store);
        var packs = new List<(PackRef, IReadOnlyList<PackEntry>)>();
        for (var p = 0; p < EntriesPerSegment / EntriesPerPack; p++)
        {
            var entries = new PackEntry[EntriesPerPack];
            for (var i = 0; i < entries.Length; i++)
                entries[i] = new(IdOf(first + p * EntriesPerPack + i), (uint)(64 + i * (BlockSize + 16)), BlockSize + 16, BlockSize, EntryKind.Data, Codec.Raw, (ushort)i, default);
            packs.Add((new(PackOf(first / EntriesPerPack + p), new byte[32], PackBytes, PackKind.Data), entries));
        }
        var bytes = SegmentWriter.Build(vault.Parts.Keys, packs, []);
        await store.TryPutAsync(IndexFormat.Folder + Convert.ToHexStringLower(SHA256.HashData(bytes)), [bytes], default);
    }
}
