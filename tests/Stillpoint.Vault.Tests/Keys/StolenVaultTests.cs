using System.Buffers.Binary;
using System.Text;
using Stillpoint.Model;
using Stillpoint.Vault.Keys;
using Stillpoint.Vault.Packs;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Keys;

/// <summary>What docs/security.md says of who has the store, and of a guest, where no other suite shows it.</summary>
public sealed class StolenVaultTests
{
    private const string Marker = "attack at dawn, from the north", Label = "payroll-server", Disk = "secret-disk-name", Note = "metadata of the point";

    [Fact]
    public async Task Objects_OfAVault_HoldNoPlainTextAndNoNames()
    {
        var (store, vault) = await NewAsync();
        var content = new byte[200_000];
        new Random(1).NextBytes(content); // does not compress, so is stored as it is
        Encoding.UTF8.GetBytes(Marker, content.AsSpan(50_000));
        for (var at = 100_000; at + 100 < 190_000; at += 64) Encoding.UTF8.GetBytes(Marker, content.AsSpan(at)); // compresses
        await using (var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, Label, null, default))
        {
            var tree = writer.BeginTree(Disk, content.Length, null);
            foreach (var block in TestVault.Blocks(tree.BlockCount)) tree.Put(block, TestVault.Block(content, block, vault.BlockSize));
            Assert.Contains(store.Content.Keys, n => n.StartsWith("leases/", StringComparison.Ordinal)); // its purpose names the VM
            AssertHidden(store);
            await writer.CommitAsync(1, Encoding.UTF8.GetBytes(Note), default);
        }
        AssertHidden(store);
        Assert.Contains(store.Content.Keys, n => n.StartsWith($"points/{TestVault.Series}/", StringComparison.Ordinal)); // the UUID is seen: said so
    }

    [Fact]
    public async Task Ids_OfEqualBlocks_DifferFromVaultToVault()
    {
        var content = TestData.Disk(100_000, 1);
        var (_, a) = await NewAsync();
        var (_, b) = await NewAsync();
        Assert.NotEqual((await TestVault.PutAsync(a, content)).Trees[0].Root, (await TestVault.PutAsync(b, content)).Trees[0].Root);
    }

    [Fact]
    public async Task Slot_OfANewVault_CostsTheDocumentedRounds()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(), "p", TimeProvider.System, default);
        var rounds = store.Content.Where(o => o.Key.StartsWith("keys/", StringComparison.Ordinal))
            .Select(o => (Kind: o.Value[10], Rounds: BinaryPrimitives.ReadUInt32LittleEndian(o.Value.AsSpan(64)))).Order().ToArray();
        Assert.Equal([((byte)1, 210_000u), ((byte)2, 0u)], rounds);
    }

    [Fact]
    public async Task Slot_OfAnotherMasterKey_DoesNotOpenTheVault()
    {
        var (store, vault) = await NewAsync();
        var slot = KeySlot.Wrap(vault.Parts.Keys.Vault, new byte[32], new Passphrase("theirs"), "", 1, store.Now, TimeProvider.System);
        await store.TryPutAsync(slot.Name, [slot.Bytes], default);
        var e = await Assert.ThrowsAsync<FailureException>(() => OpenVault.OpenAsync(store, new Passphrase("theirs"), TimeProvider.System, default));
        Assert.Equal((FailureCode.VaultDamaged, "vault"), (e.Failure.Code, e.Failure.Arguments["object"]));
    }

    [Fact]
    public async Task RollBack_OfTheWholeStore_IsNotNoticed()
    {
        var (store, vault) = await NewAsync();
        var first = await TestVault.PutAsync(vault, TestData.Disk(50_000, 1));
        var earlier = store.Content;
        await TestVault.PutAsync(vault, TestData.Disk(50_000, 2));
        await using var rolledBack = await OpenVault.OpenAsync(MemoryStore.Of(earlier), new Passphrase("p"), TimeProvider.System, default);
        Assert.Equal(first.Id, Assert.Single(await rolledBack.ListPointsAsync(null, default)).Id);
        Assert.True((await VaultVerify.FullAsync(rolledBack, null, default)).IsWhole);
    }

    [Fact]
    public async Task MasterKey_AfterAPassphraseChange_IsTheSame()
    {
        var (store, vault) = await NewAsync();
        await VaultKeys.ChangePassphraseAsync(store, new Passphrase("p"), "q", TimeProvider.System, default);
        await using var changed = await OpenVault.OpenAsync(store, new Passphrase("q"), TimeProvider.System, default);
        Assert.Equal(vault.Parts.Keys.Master.ToArray(), changed.Parts.Keys.Master.ToArray());
    }

    [Fact]
    public async Task Block_WithTheBytesOfAPage_IsNotAPage()
    {
        var (_, vault) = await NewAsync();
        var victim = await TestVault.PutAsync(vault, TestData.Disk(100_000, 1));
        var page = await vault.Parts.Pages.ReadAsync(victim.Trees[0].Root, default);
        var hasher = new BlockHasher(vault.Parts.Keys);
        Assert.Equal(victim.Trees[0].Root, hasher.Hash(EntryKind.Page, page));
        Assert.NotEqual(victim.Trees[0].Root, hasher.Hash(EntryKind.Data, page));
        hasher.Dispose();
        // A disk whose blocks are that page: it comes back as bytes, and no reader follows what is written in it.
        var disk = new byte[2 * vault.BlockSize];
        page.CopyTo(disk, 0);
        page.CopyTo(disk, vault.BlockSize);
        Assert.Equal(disk, await TestVault.CopyAsync(vault, await TestVault.PutAsync(vault, disk)));
    }

    private static void AssertHidden(MemoryStore store)
    {
        foreach (var (name, bytes) in store.Content)
            foreach (var secret in new[] { Marker, Label, Disk, Note })
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0 && !name.Contains(secret, StringComparison.Ordinal), $"{secret} in {name}");
    }

    private static async Task<(MemoryStore Store, OpenVault Vault)> NewAsync()
    {
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, new(16 * 1024, PassphraseRounds: 1), "p", TimeProvider.System, default);
        return (store, await OpenVault.OpenAsync(store, new Passphrase("p"), TimeProvider.System, default));
    }
}
