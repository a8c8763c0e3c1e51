using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Journal;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

/// <summary>A job's folder goes however its process ends, also that of a backup which opened nothing at libvirt.</summary>
public sealed class OpeningTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeDomain _domain = new(new());
    private readonly JobId _job = JobId.New(TimeProvider.System);

    private EnginePaths Paths => new(_temp.Path, _temp["run"]);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Opening_NotKept_TakesFolderAndEntryWithIt()
    {
        using (new Opening(Open())) JobFolder.Create(Paths, _job, _domain.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Paths.Run));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Paths.Journal));
    }

    [Fact]
    public void Opening_Kept_LeavesBoth()
    {
        using (var opening = new Opening(Open()))
        {
            JobFolder.Create(Paths, _job, _domain.Id);
            using var kept = opening.Keep();
        }
        Assert.Single(Directory.EnumerateFileSystemEntries(Paths.Run));
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(Paths.Journal));
    }

    [Fact]
    public async Task Recovery_OfAJobThatOnlyHadItsFolder_RemovesItAndAsksNoHost()
    {
        // As a killed process leaves it: the lock is free, the entry and the folder are there.
        using (Open()) JobFolder.Create(Paths, _job, _domain.Id);
        var recovery = new JournalRecovery(Paths, (_, _) => throw new InvalidOperationException("asked a host"), TimeProvider.System);
        var recovered = Assert.Single(await recovery.RunAsync(null, f => Assert.Fail(f.ToString()), CancellationToken.None));
        Assert.True(recovered.Closed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Paths.Run));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Paths.Journal));
    }

    private JobJournal Open() => JobJournal.Open(
        Paths.Journal, JournalEntry.Of(_job, PointId.New(TimeProvider.System), HostUri.Default, _domain, new(Guid.Empty), JobFolder.PathOf(Paths, _job)));
}
