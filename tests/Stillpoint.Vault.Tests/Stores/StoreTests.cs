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

public sealed class ThrottledStoreTests : StoreConformance
{
    private readonly ManualClock _clock = new();

    private protected override IBlobStore Store { get; } =
        new ThrottledStore(new MemoryStore(), new(_ => null, TimeProvider.System), new(_ => null, TimeProvider.System));

    [Fact]
    public async Task TryPut_OfPacksAtARate_PassesThemOneAfterTheOtherAsTheirBytesMay()
    {
        var store = new ThrottledStore(new MemoryStore(), new(_ => 1000, _clock), null);
        var first = store.TryPutAsync("packs/one", [new byte[3000]], default);
        var second = store.TryPutAsync("packs/two", [new byte[1000], new byte[1000]], default);
        // What is small goes past them.
        Assert.True(await store.TryPutAsync("leases/one", [new byte[9000]], default));
        Pass(seconds: 2);
        Assert.Null(await store.FindAsync("packs/one", default));
        Pass(seconds: 1);
        Assert.True(await first);
        Assert.Null(await store.FindAsync("packs/two", default));
        Pass(seconds: 2);
        Assert.True(await second);
    }

    [Fact]
    public async Task Read_WhoseWindowEndsWhileItWaits_GoesOnAtOnce()
    {
        var limited = true;
        var inner = new MemoryStore();
        await inner.TryPutAsync("packs/one", [new byte[5000]], default);
        var store = new ThrottledStore(inner, null, new(_ => limited ? 10 : null, _clock));
        var read = store.ReadAsync("packs/one", 0, new byte[5000], default);
        Pass(seconds: 60);
        Assert.False(read.IsCompleted);
        limited = false;
        Pass(seconds: 1);
        Assert.Equal(5000, await read);
    }

    [Fact]
    public async Task Pass_AfterARest_DoesNotMakeUpForIt()
    {
        var pace = new Pace(_ => 1000, _clock);
        Pass(seconds: 3600);
        var passing = pace.PassAsync(1000, default);
        Assert.False(passing.IsCompleted);
        Pass(seconds: 1);
        await passing;
    }

    [Fact]
    public async Task Pass_ThatIsCancelled_EndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var passing = new Pace(_ => 1, _clock).PassAsync(1_000_000, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await passing);
    }

    private void Pass(int seconds)
    {
        // In small steps, as time passes: the timers of each run what waited for them.
        for (var i = 0; i < seconds * 10; i++) _clock.Advance(TimeSpan.FromMilliseconds(100));
    }
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
