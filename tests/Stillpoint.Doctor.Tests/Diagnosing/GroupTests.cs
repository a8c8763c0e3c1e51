using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Doctor.Tests.Diagnosing;

/// <summary>What stands under what: causes of the test's own, each found because the test says so.</summary>
public sealed class GroupTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 2, 0, 0, TimeSpan.Zero);

    /// <summary>Causes in the order found, each with what stands under it: <c>a(b c) d</c>.</summary>
    private static string Grouped(params Told[] causes) => string.Join(
        ' ', new Diagnostician(causes).Diagnose([]).Causes.Select(c => c.Consequences.IsEmpty ? c.Id : $"{c.Id}({string.Join(' ', c.Consequences)})"));

    [Fact]
    public void EarliestLink_HasWhatComesAfterItUnderIt() => Assert.Equal("agent(load freeze)", Grouped(new("freeze", Link.Freeze), new("agent", Link.Agent), new("load", Link.Load)));

    [Fact]
    public void ALaterLink_ThatExplainsAnEarlierOne_StandsAboveIt() =>
        Assert.Equal("load(agent)", Grouped(new("agent", Link.Agent), new("load", Link.Load, "agent")));

    [Fact]
    public void AnExplanation_HoldsThoughAThirdOneStandsBetween() =>
        Assert.Equal("load(agent channel)", Grouped(new("agent", Link.Agent), new("channel", Link.HostChannel), new("load", Link.Load, "agent", "channel")));

    [Fact]
    public void WhatFollowsFromAConsequence_StandsUnderTheCauseOfBoth() =>
        Assert.Equal("load(agent freeze)", Grouped(new("agent", Link.Agent, "freeze"), new("load", Link.Load, "agent"), new("freeze", Link.Freeze)));

    [Fact]
    public void TwoThatExplainEachOther_AreLedByTheEarlierLink() =>
        Assert.Equal("agent(load)", Grouped(new("load", Link.Load, "agent"), new("agent", Link.Agent, "load")));

    [Fact]
    public void ARingOfExplanations_HasOneHead() =>
        Assert.Single(new Diagnostician([new Told("a", Link.Agent, "b"), new Told("b", Link.Load, "c"), new Told("c", Link.Freeze, "a")]).Diagnose([]).Causes);

    [Fact]
    public void WhatBeganLongBefore_DoesNotFollow() => Assert.Equal(
        "agent freeze", Grouped(new("agent", Link.Agent) { Began = At }, new("freeze", Link.Freeze) { Began = At.AddMinutes(-11) }));

    [Fact]
    public void WhatBeganALittleBefore_Follows() => Assert.Equal(
        "agent(freeze)", Grouped(new("agent", Link.Agent) { Began = At }, new("freeze", Link.Freeze) { Began = At.AddMinutes(-9) }));

    [Fact]
    public void TheVault_IsNotTheGuestsDoing()
    {
        Assert.Equal("agent vault", Grouped(new("agent", Link.Agent), new("vault", Link.Vault)));
        Assert.Equal("vm(vault)", Grouped(new("vm", Link.VmState), new("vault", Link.Vault)));
    }

    [Fact]
    public void WhatIsWrongWithTheGuestOnly_GivesWayToWhatIsWrongElsewhere()
    {
        Assert.Equal("snapshot", Grouped(new("paused", Link.VmState) { GuestOnly = true }, new("snapshot", Link.Snapshot)));
        Assert.Equal("locked", Grouped(new("paused", Link.VmState) { GuestOnly = true }, new("locked", Link.VmState)));
        Assert.Equal("paused(agent)", Grouped(new("paused", Link.VmState) { GuestOnly = true }, new("agent", Link.Agent)));
    }

    private sealed class Told(string id, Link link, params string[] explains) : Cause(id, link)
    {
        public DateTimeOffset Began { get; init; } = At;

        public bool GuestOnly { get; init; }

        public override CauseCard Card { get; } = new(Worth.None, [new("wait")]);

        public override IReadOnlyList<string> Explains => explains;

        public override Finding Judge(CaseFile file)
        {
            var finding = Finding.Certain(new Fact("said", Id, "test", Began));
            return GuestOnly ? finding.OfTheGuestOnly() : finding;
        }
    }
}
