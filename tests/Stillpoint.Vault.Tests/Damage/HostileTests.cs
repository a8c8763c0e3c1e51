using System.Buffers.Binary;
using Stillpoint.Model;
using Stillpoint.Vault.Tests.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Damage;

/// <summary>Objects made to be expensive: a reader refuses them before it allocates by what they say.</summary>
public sealed class HostileTests
{
    private const long Bound = 600L << 20; // all allocations of a whole read together, most of them its ordinary buffers

    [Fact]
    public async Task Read_AnyObjectBlownUpToAnImmenseLength_IsToldOrHarmlessWithinBounds()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var name in content.Keys)
        {
            var folder = Path.Combine(Path.GetTempPath(), $"stillpoint-test-{Guid.NewGuid():N}");
            try
            {
                foreach (var (other, bytes) in content)
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, other))!);
                    await File.WriteAllBytesAsync(Path.Combine(folder, other), bytes);
                }
                using (var file = File.OpenHandle(Path.Combine(folder, name), FileMode.Open, FileAccess.Write)) RandomAccess.SetLength(file, 1L << 40);
                await WithinBoundsAsync(() => SmallVault.ReadAsync(new Vault.Stores.FolderStore(folder), expected, name), name);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public async Task Read_AnyLengthFieldImmense_IsToldOrHarmlessWithinBounds()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var (name, bytes) in content)
        {
            // Lengths in clear: of a sealed payload at 64, of footers and directories 16 before the end, of a label at 76.
            foreach (var at in new[] { 64, 68, 76, bytes.Length - 16, bytes.Length - 12 })
            {
                var changed = (byte[])bytes.Clone();
                BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), 0x7FFF_FFF0);
                var store = MemoryStore.Of(new Dictionary<string, byte[]>(content) { [name] = changed });
                await WithinBoundsAsync(() => SmallVault.ReadAsync(store, expected, $"{name}@{at}"), name);
            }
        }
    }

    [Fact]
    public async Task List_ForeignFilesAmongTheObjects_AreToldOrIgnored()
    {
        var (content, expected) = await SmallVault.MakeAsync();
        foreach (var stray in new[] { "points/readme.txt", "index/x", "packs/zz/notahash", "pages/1", "leases/none", "leases/x-9", "keys/x", "pending/x", "unknown/thing" })
            await SmallVault.ReadAsync(MemoryStore.Of(new Dictionary<string, byte[]>(content) { [stray] = new byte[3] }), expected, stray);
    }

    [Fact]
    public async Task Init_ForeignFilesOrAVault_IsRefused()
    {
        var foreign = MemoryStore.Of(new Dictionary<string, byte[]> { ["photos/cat.jpg"] = new byte[3] });
        var e = await Assert.ThrowsAsync<FailureException>(() => VaultInit.CreateAsync(foreign, TestVault.Settings(), "p", TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultFolderNotEmpty, e.Failure.Code);
        Assert.Equal("photos/cat.jpg", Assert.Single(e.Failure.Evidence).Text);
        var store = new MemoryStore();
        await VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default);
        e = await Assert.ThrowsAsync<FailureException>(() => VaultInit.CreateAsync(store, TestVault.Settings(), "p", TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultExists, e.Failure.Code);
        e = await Assert.ThrowsAsync<FailureException>(() => OpenVault.OpenAsync(new MemoryStore(), new Passphrase("p"), TimeProvider.System, default));
        Assert.Equal(FailureCode.VaultNotFound, e.Failure.Code);
    }

    private static async Task WithinBoundsAsync(Func<Task> read, string what)
    {
        var before = GC.GetTotalAllocatedBytes();
        await read();
        Assert.True(GC.GetTotalAllocatedBytes() - before < Bound, what);
    }
}
