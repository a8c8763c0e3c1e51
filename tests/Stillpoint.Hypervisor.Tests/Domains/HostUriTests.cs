using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Domains;

public sealed class HostUriTests
{
    [Theory]
    [InlineData("qemu:///system")]
    [InlineData("qemu:///session")]
    [InlineData("qemu+unix:///system?socket=/run/x.sock")]
    public void Parse_LocalUri_IsKept(string text) => Assert.Equal(text, HostUri.Parse(text).Text);

    [Theory]
    [InlineData("qemu+ssh://root@kvm1/system", FailureCode.HostRemoteNeedsWorker)]
    [InlineData("qemu+tls://kvm1/system", FailureCode.HostRemoteNeedsWorker)]
    [InlineData("qemu://kvm1/system", FailureCode.HostRemoteNeedsWorker)]
    [InlineData("xen:///system", FailureCode.UsageInvalid)]
    [InlineData("system", FailureCode.UsageInvalid)]
    [InlineData("", FailureCode.UsageInvalid)]
    public void Parse_OtherUri_SaysWhy(string text, FailureCode code) =>
        Assert.Equal(code, Assert.Throws<FailureException>(() => HostUri.Parse(text)).Failure.Code);
}
