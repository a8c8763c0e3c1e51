using System.Runtime.InteropServices;
using Stillpoint.Model;
using Stillpoint.Vault.Interop;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Vault.Tests.Stores;

public sealed class MemoryStoreTests : StoreConformance
{
    private protected override IBlobStore Store { get; } = new MemoryStore();
}

public sealed class FaultStoreTests : StoreConformance
{
    private protected override IBlobStore Store { get; } = new FaultStore(new MemoryStore(), (_, _) => null);
}

public sealed class FolderStoreTests : StoreConformance, IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"stillpoint-test-{Guid.NewGuid():N}");

    private protected override IBlobStore Store => new FolderStore(_folder);

    [Fact]
    public async Task Put_FsyncFailsOnce_ANewFileIsWrittenAndTheOldThrownAway()
    {
        var synced = new List<string>();
        var store = new FolderStore(_folder, fd =>
        {
            var path = File.ResolveLinkTarget($"/proc/self/fd/{fd}", false)!.FullName;
            synced.Add(path);
            if (!path.Contains("/tmp/", StringComparison.Ordinal) || synced.Count(p => p.Contains("-", StringComparison.Ordinal) && p.Contains($"{_folder}/tmp/", StringComparison.Ordinal)) != 1)
                return Posix.Sync(fd);
            Marshal.SetLastPInvokeError(5);
            return -1;
        });
        Assert.True(await store.TryPutAsync("a", [new byte[] { 9 }], default));
        var files = synced.Where(p => p.StartsWith($"{_folder}/tmp/", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, files.Count);
        Assert.NotEqual(files[0], files[1]);
        Assert.Equal([9], await File.ReadAllBytesAsync(Path.Combine(_folder, "a")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "tmp")));
    }

    [Fact]
    public async Task Put_FsyncGoesOnFailing_FailsAndNothingIsThere()
    {
        var store = new FolderStore(_folder, fd =>
        {
            if (!File.ResolveLinkTarget($"/proc/self/fd/{fd}", false)!.FullName.StartsWith($"{_folder}/tmp/", StringComparison.Ordinal)) return 0;
            Marshal.SetLastPInvokeError(5);
            return -1;
        });
        var e = await Assert.ThrowsAsync<FailureException>(() => store.TryPutAsync("a", [new byte[] { 9 }], default));
        Assert.Equal(FailureCode.VaultIoFailed, e.Failure.Code);
        Assert.Null(await store.FindAsync("a", default));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "tmp")));
    }

    [Fact]
    public async Task List_UnfinishedFilesOfADeadProcess_AreNotObjects()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tmp"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "tmp", "4711-dead-1"), "half");
        await foreach (var blob in Store.ListAsync("", default)) Assert.Fail(blob.Name);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
