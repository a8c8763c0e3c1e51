using Stillpoint.Model;
using Stillpoint.Vault.Stores;
using Stillpoint.Vault.Tests.Stores;

namespace Stillpoint.Vault.Tests.Damage;

/// <summary>A vault of some 10 kB with everything in it that a reader meets.</summary>
internal static class SmallVault
{
    private const int BlockSize = 16 * 1024;

    public static async Task<(IReadOnlyDictionary<string, byte[]> Content, IReadOnlyList<(PointId Id, byte[] Bytes)> Expected)> MakeAsync()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(BlockSize, Delta: true, PassphraseRounds: 1), "p", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        var first = new byte[5 * BlockSize + 100];
        for (var i = 0; i < 3 * BlockSize; i++) first[i] = (byte)(i / 64 * 7 + i % 3);
        "the last block"u8.CopyTo(first.AsSpan(5 * BlockSize));
        var second = (byte[])first.Clone();
        new Random(1).NextBytes(second.AsSpan(BlockSize + 10, 30));
        var p1 = await TestVault.PutAsync(vault, first);
        var p2 = await TestVault.PutAsync(vault, second, p1, [1]);
        return (store.Content, [(p1.Id, first), (p2.Id, second)]);
    }

    /// <returns>True if damage was told.</returns>
    public static async Task<bool> ReadAsync(IBlobStore store, IReadOnlyList<(PointId Id, byte[] Bytes)> expected, string what)
    {
        var told = false;
        OpenVault vault;
        try
        {
            vault = await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default);
        }
        catch (FailureException e) when (IsTold(e))
        {
            return true;
        }
        await using (vault)
        {
            told |= (await vault.ListDamagedAsync(default)).Count > 0;
            foreach (var point in await vault.ListPointsAsync(null, default))
            {
                var right = expected.Single(x => x.Id == point.Id).Bytes;
                try
                {
                    await using var reader = await vault.OpenTreeAsync(point, "vda", default);
                    var bytes = new byte[reader.SizeBytes];
                    await reader.ReadAsync(0, bytes, default);
                    if (!bytes.AsSpan().SequenceEqual(right)) throw new InvalidOperationException($"wrong bytes: {what}");
                    if (!(await TestVault.CopyAsync(vault, point)).AsSpan().SequenceEqual(right)) throw new InvalidOperationException($"wrong bytes copied: {what}");
                }
                catch (FailureException e) when (IsTold(e))
                {
                    told = true;
                }
            }
        }
        return told;
    }

    private static bool IsTold(FailureException e) =>
        e.Failure.Code is FailureCode.VaultDamaged or FailureCode.VaultFormatNewer or FailureCode.VaultNotFound or FailureCode.VaultWrongPassphrase;
}
