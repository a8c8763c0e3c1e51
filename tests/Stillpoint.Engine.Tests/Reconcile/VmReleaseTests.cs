using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Engine.Tests.Reconcile;

public sealed class VmReleaseTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeDomain _domain = new(new());

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Release_OursOfEveryVault_AreGoneAndOthersStay()
    {
        foreach (var name in new[] { "stillpoint-0123abcd-1", "virtnbdbackup.0", "stillpoint-99999999-2" }) _domain.Checkpoints.Add(new(name, null, default, null));
        // One whose checkpoint went long ago, one that is hidden, one of somebody else's.
        _domain.Bitmaps.AddRange(["stillpoint-0123abcd-orphan", "stillpoint-0123abcd-hidden", "virtnbdbackup.0"]);
        var hidden = Path.Combine(_temp.Path, "checkpoints", _domain.Id.ToString());
        Directory.CreateDirectory(hidden);
        File.WriteAllText(Path.Combine(hidden, "stillpoint-0123abcd-hidden.xml"), "<domaincheckpoint/>");

        var released = await new VmRelease(new(_temp.Path, _temp["run"])).RunAsync(_domain, CancellationToken.None);

        Assert.Equal(["stillpoint-0123abcd-1", "stillpoint-99999999-2", "stillpoint-0123abcd-hidden"], released.Checkpoints);
        Assert.Equal(["stillpoint-0123abcd-orphan"], released.Bitmaps);
        Assert.Equal(["virtnbdbackup.0"], _domain.Checkpoints.Select(c => c.Name));
        Assert.Equal(["virtnbdbackup.0"], _domain.Bitmaps);
        Assert.Empty(Directory.GetFiles(hidden));
    }

    [Fact]
    public async Task Release_WhileAJobRuns_TouchesNothing()
    {
        _domain.Checkpoints.Add(new("stillpoint-0123abcd-1", null, default, null));
        _domain.RunningBackupSocket = "/somebody/elses.sock";
        var e = await Assert.ThrowsAsync<FailureException>(() => new VmRelease(new(_temp.Path, _temp["run"])).RunAsync(_domain, CancellationToken.None));
        Assert.Equal(FailureCode.VmBusyWithOtherJob, e.Failure.Code);
        Assert.Empty(_domain.Calls);
    }
}
