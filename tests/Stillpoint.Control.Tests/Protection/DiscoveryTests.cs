using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests.Protection;

public sealed class DiscoveryTests : IDisposable
{
    private const string Uri = "qemu:///system";

    private readonly TempFolder _temp = new();
    private readonly StillpointControl _control;
    private readonly List<FakeVm> _vms = [FakeVm.Numbered(1, "web1"), FakeVm.Numbered(2, "web2"), FakeVm.Numbered(3, "db")];

    public DiscoveryTests()
    {
        _control = StillpointControl.Open(new(_temp.Path), new FakeEngine(), TimeProvider.System);
        _control.Policies.Add(PolicyTableTests.Nightly);
        _control.Policies.Add(new("other"));
    }

    public void Dispose()
    {
        _control.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Discover_WithRules_PutsFittingVmsUnderTheFirstByName()
    {
        _vms[2] = _vms[2] with { Xml = "<domain><metadata><s:backup xmlns:s='urn:x'><s:class> gold </s:class></s:backup></metadata></domain>" };
        Rule("a-gold", "other", metadata: "class=gold");
        Rule("b-web", "nightly", "web?");
        Rule("c-elsewhere", "other", host: "qemu:///session");
        var found = await LookAsync();
        Assert.Equal((3, "db web1 web2"), (found.Vms, string.Join(' ', found.Protected.Order())));
        Assert.Equal(["db other a-gold", "web1 nightly b-web", "web2 nightly b-web"], _control.Protection.List().Select(v => $"{v.Name} {v.Policy} {v.Rule}"));
        Assert.Empty((await LookAsync()).Protected);
    }

    [Fact]
    public async Task Discover_VmThatIsGone_OrphansItAndTakesItBackAsItWas()
    {
        var web1 = await _control.ProtectAsync(FakeHost.Of(_vms), "web1", "nightly", CancellationToken.None);
        var removed = _vms[0];
        _vms.RemoveAt(0);
        Assert.Equal(["web1"], (await LookAsync()).Orphaned);
        Assert.NotNull(_control.Protection.Find("web1").Orphaned);
        Assert.Empty((await LookAsync()).Orphaned);
        _vms.Add(removed with { Name = "web1-renamed" });
        await LookAsync();
        Assert.Equal(web1 with { Name = "web1-renamed" }, _control.Protection.Find(web1.Id));
    }

    [Fact]
    public async Task Discover_AnotherHost_OrphansNothingOfThisOne()
    {
        await _control.ProtectAsync(FakeHost.Of(_vms), "web1", "nightly", CancellationToken.None);
        await _control.DiscoverAsync(FakeHost.Of([], "qemu:///session"), CancellationToken.None);
        Assert.Null(_control.Protection.Find("web1").Orphaned);
    }

    [Fact]
    public async Task Unprotect_ByHand_HoldsAgainstRulesUntilProtectedByHand()
    {
        Rule("all", "nightly", "*");
        await LookAsync();
        _control.Protection.Unprotect(_control.Protection.Find("db").Id);
        Assert.Empty((await LookAsync()).Protected);
        Assert.Equal(FailureCode.VmNotProtected, Assert.Throws<FailureException>(() => _control.Protection.Find("db")).Failure.Code);
        await _control.ProtectAsync(FakeHost.Of(_vms), "db", "other", CancellationToken.None);
        await LookAsync();
        Assert.Equal(("other", null), (_control.Protection.Find("db").Policy, _control.Protection.Find("db").Rule));
    }

    [Fact]
    public async Task Discover_VmThatNoRuleFitsAnyMore_ReleasesItButNeverOneProtectedByHand()
    {
        Rule("web", "nightly", "web*");
        await _control.ProtectAsync(FakeHost.Of(_vms), "web2", "nightly", CancellationToken.None);
        await LookAsync();
        _vms[0] = _vms[0] with { Name = "mail1" };
        _vms[1] = _vms[1] with { Name = "mail2" };
        Assert.Equal(["mail1"], (await LookAsync()).Released);
        Assert.Equal(["mail2"], _control.Protection.List().Select(v => v.Name));
    }

    [Fact]
    public async Task Protect_OfUnknownPolicyOrVm_ChangesNothing()
    {
        Assert.Equal(FailureCode.PolicyNotFound, (await Assert.ThrowsAsync<FailureException>(() => ProtectAsync("web1", "nothing"))).Failure.Code);
        Assert.Equal(FailureCode.VmNotFound, (await Assert.ThrowsAsync<FailureException>(() => ProtectAsync("nobody", "nightly"))).Failure.Code);
        Assert.Empty(_control.Protection.List());
    }

    [Fact]
    public async Task RemoveHost_WhileVmsOfItAreProtected_IsRefused()
    {
        await ProtectAsync("web1", "nightly");
        Assert.True(_control.Places.Hosts.Single().Registered);
        Assert.Equal(FailureCode.HostInUse, Assert.Throws<FailureException>(() => _control.Places.RemoveHost(Uri)).Failure.Code);
        _control.Protection.Unprotect(_vms[0].Id);
        _control.Places.RemoveHost(Uri);
        Assert.Equal(FailureCode.HostNotKnown, Assert.Throws<FailureException>(() => _control.Places.RemoveHost(Uri)).Failure.Code);
    }

    [Theory]
    [InlineData("x", null, null, null)]
    [InlineData("x", null, "class", null)]
    [InlineData("no spaces", "*", null, null)]
    public void AddRule_ThatSaysNothing_IsRefused(string name, string? pattern, string? metadata, string? host) =>
        Assert.Equal(FailureCode.UsageInvalid, Assert.Throws<FailureException>(() => Rule(name, "nightly", pattern, metadata, host)).Failure.Code);

    private void Rule(string name, string policy, string? pattern = null, string? metadata = null, string? host = null) =>
        _control.Protection.AddRule(new(name, policy, pattern, metadata, host));

    private Task<Control.Protection.Discovered> LookAsync() => _control.DiscoverAsync(FakeHost.Of(_vms), CancellationToken.None);

    private Task<Catalog.ProtectedVm> ProtectAsync(string vm, string policy) => _control.ProtectAsync(FakeHost.Of(_vms), vm, policy, CancellationToken.None);
}
