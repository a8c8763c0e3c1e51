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

public sealed class WatchedStoreTests : StoreConformance
{
    private readonly SteppedClock _clock = new();

    private protected override IBlobStore Store { get; } = new WatchedStore(new MemoryStore(), TimeProvider.System);

    [Fact]
    public async Task Oldest_WhileACallWaits_NamesItAndHowLong()
    {
        var held = new TaskCompletionSource();
        var store = new WatchedStore(new WaitingStore(held.Task), _clock);
        Assert.Null(store.Oldest);
        var first = store.TryPutAsync("packs/one", [new byte[] { 1 }], default);
        _clock.Ticks += TimeSpan.TicksPerSecond * 5;
        var second = store.FindAsync("packs/two", default);
        Assert.Equal(("put packs/one", TimeSpan.FromSeconds(5)), store.Oldest);
        held.SetResult();
        await Task.WhenAll(first, second);
        Assert.Null(store.Oldest);
    }

    private sealed class SteppedClock : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}

/// <summary>Answers nothing before its task is done.</summary>
internal sealed class WaitingStore(Task answer) : IBlobStore
{
    private readonly MemoryStore _store = new();

    public async Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        await answer;
        return await _store.TryPutAsync(name, parts, ct);
    }

    public async ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        await answer;
        return await _store.ReadAsync(name, offset, buffer, ct);
    }

    public async Task<BlobInfo?> FindAsync(string name, CancellationToken ct)
    {
        await answer;
        return await _store.FindAsync(name, ct);
    }

    public IAsyncEnumerable<BlobInfo> ListAsync(string folder, CancellationToken ct) => _store.ListAsync(folder, ct);

    public Task SettleAsync(string folder, CancellationToken ct) => answer;

    public async Task DeleteAsync(string name, CancellationToken ct)
    {
        await answer;
        await _store.DeleteAsync(name, ct);
    }

    public async Task<DateTimeOffset> NowAsync(CancellationToken ct)
    {
        await answer;
        return await _store.NowAsync(ct);
    }
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
