using FsCheck;
using FsCheck.Fluent;
using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

/// <summary>Random points on random bases, sizes and blocks, against a byte array that does the same.</summary>
public sealed class TreeProperties
{
    private const int BlockSize = 16 * 1024;

    [Fact]
    public void AnySeriesOfPoints_EveryPointReadsAsItsModel() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Base, ushort Size, (ushort At, byte Kind)[] Edits)[]>(),
            steps => RunAsync(steps.Take(5).ToArray()).GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(40));

    private static async Task<bool> RunAsync((byte Base, ushort Size, (ushort At, byte Kind)[] Edits)[] steps)
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var made = new List<(PointInfo Point, byte[] Model)>();
        foreach (var step in steps)
        {
            var @base = made.Count == 0 || step.Base % 4 == 0 ? null : made[step.Base % made.Count].Point;
            // Sizes around a page's 256 blocks, most not whole blocks.
            var size = step.Size % 3 == 0 ? 250 * BlockSize + step.Size * 7 : step.Size;
            var model = new byte[size];
            if (@base is not null) made[step.Base % made.Count].Model.AsSpan(0, Math.Min(size, made[step.Base % made.Count].Model.Length)).CopyTo(model);
            await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "x", @base, default);
            var tree = writer.BeginTree("vda", size, @base?.FindTree("vda"));
            foreach (var (at, kind) in step.Edits.DistinctBy(e => e.At % Math.Max(1, tree.BlockCount)))
                if (tree.BlockCount > 0) Edit(tree, model, at % tree.BlockCount, kind);
            made.Add((await writer.CommitAsync(0, default, default), model));
        }
        foreach (var (point, model) in made)
            if (!(await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(model)) return false;
        // Canonical: the same content written without any base has the same root.
        if (made.Count > 0 && (await TestVault.PutAsync(vault, made[^1].Model)).Trees[0].Root != made[^1].Point.Trees[0].Root) return false;
        return (await VaultVerify.FullAsync(vault, null, default)).IsWhole;
    }

    private static void Edit(ITreeWriter tree, byte[] model, long block, byte kind)
    {
        var bytes = model.AsSpan((int)(block * BlockSize), (int)Math.Min(BlockSize, model.Length - block * BlockSize));
        switch (kind % 4)
        {
            case 0:
                bytes.Clear();
                tree.PutZero(block, 1);
                return;
            case 1:
                bytes[kind % bytes.Length] ^= 0x40; // a small change: a delta
                break;
            case 2:
                new Random(kind).NextBytes(bytes); // one of few contents: known elsewhere
                break;
            default:
                bytes.Fill(kind);
                break;
        }
        tree.Put(block, bytes);
    }
}
