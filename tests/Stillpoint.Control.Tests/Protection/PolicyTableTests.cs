using Stillpoint.Control.Catalog;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests.Protection;

public sealed class PolicyTableTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly CatalogDatabase _database;
    private readonly PolicyTable _policies;
    private readonly ProtectionTable _protection;

    public PolicyTableTests()
    {
        _database = CatalogDatabase.Open(new(_temp.Path), TimeProvider.System);
        _policies = new(_database, TimeProvider.System);
        _protection = new(_database, TimeProvider.System);
    }

    public void Dispose()
    {
        _database.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Text_OfAPolicyWithEverythingSet_ReadsBackTheSame()
    {
        var policy = Nightly with
        {
            Capture = new() { Wanted = Consistency.Crash, StepDown = false, FreezeLimit = TimeSpan.FromSeconds(7), Guard = GuardRule.WardenAlone, Tracking = Tracking.None, SampleShare = 0.25 },
            Retention = new(3, 4, 5, 6, 7, 8), Retries = 5, RetryAfter = TimeSpan.FromMinutes(40), Objective = TimeSpan.FromHours(26),
            Bandwidth = [BandwidthLimit.Parse("backup 08:00-18:00 20MB Europe/Amsterdam", "UTC"), BandwidthLimit.Parse("restore 00:00-00:00 3GiB", "UTC")],
        };
        var again = PolicyText.Read(PolicyText.Write(policy));
        Assert.Equal(policy.Schedules, again.Schedules);
        Assert.Equal(policy.Bandwidth, again.Bandwidth);
        Assert.Equal(WithoutLists(policy), WithoutLists(again));
    }

    [Fact]
    public void Text_WithMembersLeftOut_HasTheirDefaults()
    {
        var policy = PolicyText.Read("""{"name": "p", "capture": {"freezeLimit": "00:00:20"}}""");
        Assert.Equal(WithoutLists(new("p") { Capture = CapturePolicy.Default with { FreezeLimit = TimeSpan.FromSeconds(20) } }), WithoutLists(policy));
        Assert.Empty(policy.Schedules);
        Assert.Empty(policy.Bandwidth);
    }

    [Theory]
    [InlineData("""{"name": "p", "retenshun": {"daily": 7}}""", "retenshun")]
    [InlineData("""{"name": "p", "capture": {"wanted": "perfect"}}""", "capture.wanted")]
    [InlineData("""{"name": "p", "schedules": null}""", "null")]
    [InlineData("""{"schedules": []}""", "null")]
    [InlineData("{", "JSON")]
    public void Text_ThatIsNotUnderstood_IsRefusedWithThePlace(string json, string named)
    {
        var e = Assert.Throws<FailureException>(() => PolicyText.Read(json, "file.json"));
        Assert.Equal((FailureCode.PolicyUnreadable, "file.json"), (e.Failure.Code, e.Failure.Arguments["path"]));
        Assert.Contains(named, e.Failure.Evidence.Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Change_FromAnOlderVersion_IsRefusedAndChangesNothing()
    {
        _policies.Add(Nightly);
        Assert.Equal(2, _policies.Change(Nightly with { Retries = 3 }, 1).Version);
        var e = Assert.Throws<FailureException>(() => _policies.Change(Nightly with { Retries = 9 }, 1));
        Assert.Equal((FailureCode.PolicyChanged, "2"), (e.Failure.Code, e.Failure.Arguments["now"]));
        Assert.Equal((3, 2), (_policies.Find("nightly").Policy.Retries, _policies.Find("nightly").Version));
    }

    [Fact]
    public void Add_Twice_OrOutOfRange_IsRefused()
    {
        _policies.Add(Nightly);
        Assert.Equal(FailureCode.PolicyExists, Code(() => _policies.Add(Nightly)));
        Assert.Equal(FailureCode.UsageInvalid, Code(() => _policies.Add(new("no spaces please"))));
        Assert.Equal(FailureCode.UsageInvalid, Code(() => _policies.Change(Nightly with { Retries = 11 }, 1)));
        Assert.Equal(FailureCode.PolicyNotFound, Code(() => _policies.Change(new("other"), 1)));
    }

    [Fact]
    public void Remove_WhileVmsOrRulesAreUnderIt_NamesThem()
    {
        _policies.Add(Nightly);
        _protection.Protect(new(Guid.NewGuid()), "web1", "qemu:///system", "s", "nightly", null);
        _protection.AddRule(new("all", "nightly", "*", null, null));
        var e = Assert.Throws<FailureException>(() => _policies.Remove("nightly"));
        Assert.Equal((FailureCode.PolicyInUse, "2", "all, web1"), (e.Failure.Code, e.Failure.Arguments["count"], e.Failure.Arguments["names"]));
        _protection.RemoveRule("all");
        _protection.Unprotect(_protection.Find("web1").Id);
        _policies.Remove("nightly");
        Assert.Equal(FailureCode.PolicyNotFound, Code(() => _policies.Remove("nightly")));
    }

    internal static Policy Nightly => new("nightly") { Schedules = [ScheduleText.Parse("daily 20:00-06:00 Europe/Amsterdam", "UTC"), ScheduleText.Parse("weekly sun 01:00-05:00 UTC", "UTC")] };

    /// <summary>Lists are equal by being the same one.</summary>
    private static Policy WithoutLists(Policy policy) => policy with { Schedules = Array.Empty<Schedule>(), Bandwidth = Array.Empty<BandwidthLimit>() };

    private static FailureCode Code(Action act) => Assert.Throws<FailureException>(act).Failure.Code;
}
