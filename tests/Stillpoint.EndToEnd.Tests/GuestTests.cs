using Stillpoint.TestKit;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Stillpoint.EndToEnd.Tests;

[CollectionDefinition(nameof(VmSuite))]
public sealed class SharedVm : ICollectionFixture<VmSuite>;

/// <summary>The ground itself: were the kit wrong, every other result here would be worth nothing.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class GuestTests(VmSuite suite)
{
    [Fact]
    public async Task Writer_DataDiskLosesARecord_IsFoundDamaged()
    {
        Needs.VirtualMachine();
        var guest = await suite.GuestAsync();
        Assert.StartsWith("ok system", await guest.WriterFoundAsync(), StringComparison.Ordinal);
        await guest.WriterAsync("pause");
        Assert.Matches("^ok system [0-9]+ data [0-9]+$", await guest.WriterAsync("verify"));

        await guest.RunAsync("cp -a /data/stillpoint-writer/ring1 /run/kept; dd if=/dev/zero of=/data/stillpoint-writer/ring1 bs=4096 count=1 conv=notrunc");
        Assert.Contains("is missing below", await guest.RunAsync("stillpoint-writer verify 2>&1 || true"), StringComparison.Ordinal);

        await guest.RunAsync("cat /run/kept > /data/stillpoint-writer/ring1");
        Assert.Matches("^ok system [0-9]+ data [0-9]+$", await guest.WriterAsync("verify"));
        await guest.WriterAsync("resume");
    }
}
