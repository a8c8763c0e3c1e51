using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Keys;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Fabric.Tests.Goals;

public sealed class GoalRulesTests
{
    private static readonly DateTimeOffset Later = Samples.Now.AddDays(1);

    [Fact]
    public void First_Goal_BeginsAtTheSecondOfItsMaking()
    {
        var goal = Samples.Goal();
        Assert.Equal(1_795_219_200, goal.Incarnation);
        Assert.Equal(1_795_219_200, goal.Extension.Sequence);
        Assert.Equal("{\"token\":\"t\"}"u8.ToArray(), SettingsKey.Open(goal.Key, goal.Extension.Protected!));
    }

    [Fact]
    public void SameRequest_Again_ChangesNothing()
    {
        var first = Samples.Goal();
        var again = GoalRules.Next(first, Samples.Vm, Samples.Request(), Later);
        Assert.Equal(first.Incarnation, again.Incarnation);
        Assert.Same(first.Key, again.Key);
        Assert.Equal(first.Extension, again.Extension);
    }

    [Fact]
    public void OtherAddressesOrName_OfTheVm_AreNothingToItsAgent()
    {
        var first = Samples.Goal();
        var moved = GoalRules.Next(first, Samples.Vm, Samples.Request(address: "10.0.0.9") with { Name = "web 2" }, Later);
        Assert.Equal((first.Incarnation, first.Extension), (moved.Incarnation, moved.Extension));
        Assert.Equal("10.0.0.9", Assert.Single(moved.Addresses));
        Assert.Equal("web 2", moved.Name);
    }

    public static TheoryData<string, bool> Changes => new()
    {
        { "version", false }, { "state", false }, { "settings", true }, { "no settings", true }, { "secret", true }, { "no secret", true },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Change_OfTheExtension_IsAnIncarnationAndOfSettingsASequence(string what, bool sequence)
    {
        var request = what switch
        {
            "version" => Samples.Request(version: "1.2.4"),
            "state" => Samples.Request(state: ExtensionState.Uninstall),
            "settings" => Samples.Request(settings: """{"task":"b"}"""),
            "no settings" => Samples.Request(settings: null),
            "secret" => Samples.Request(secret: """{"token":"u"}"""),
            _ => Samples.Request(secret: null),
        };
        var next = GoalRules.Next(Samples.Goal(), Samples.Vm, request, Later);
        Assert.Equal(1_795_219_201, next.Incarnation);
        Assert.Equal(sequence ? 1_795_219_201 : 1_795_219_200, next.Extension.Sequence);
    }

    [Fact]
    public void Sequence_AfterASettingThatCameBack_IsNewAllTheSame()
    {
        var second = GoalRules.Next(Samples.Goal(), Samples.Vm, Samples.Request(settings: "{}"), Later);
        Assert.Equal(1_795_219_202, GoalRules.Next(second, Samples.Vm, Samples.Request(), Later).Extension.Sequence);
    }

    [Fact]
    public void AnotherExtension_BeforeTheFirstIsUninstalled_IsRefused()
    {
        var other = Samples.Request(name: "Stillpoint.Other");
        Assert.Equal("extension.name", Field(() => GoalRules.Next(Samples.Goal(), Samples.Vm, other, Later)));
        var gone = GoalRules.Next(Samples.Goal(), Samples.Vm, Samples.Request(state: ExtensionState.Uninstall), Later);
        Assert.Equal("Stillpoint.Other", GoalRules.Next(gone, Samples.Vm, other, Later).Extension.Name);
    }

    public static TheoryData<GoalRequest, string> Unfit => new()
    {
        { Samples.Request() with { Name = "" }, "name" },
        { Samples.Request() with { Name = "a\nb" }, "name" },
        { Samples.Request() with { Addresses = [] }, "addresses" },
        { Samples.Request(address: "10.1"), "addresses" },
        { Samples.Request(address: "::1"), "addresses" },
        { Samples.Request(address: "010.0.0.1"), "addresses" },
        { Samples.Request(name: "With-Dash"), "extension.name" },
        { Samples.Request(name: "../up"), "extension.name" },
        { Samples.Request(name: "ends.\n"), "extension.name" },
        { Samples.Request(version: "1"), "extension.version" },
        { Samples.Request(version: "1.2.3.4.5"), "extension.version" },
        { Samples.Request(version: "1.0/../2"), "extension.version" },
        { Samples.Request(state: (ExtensionState)7), "extension.state" },
        { Samples.Request(settings: "[]"), "extension.settings" },
        { Samples.Request(secret: "1"), "extension.protectedSettings" },
        { Samples.Request(settings: $$"""{"a":"{{new string('x', 128 << 10)}}"}"""), "extension.settings" },
    };

    [Theory]
    [MemberData(nameof(Unfit), DisableDiscoveryEnumeration = true)]
    public void Request_ThatDoesNotFit_IsRefusedByItsField(GoalRequest request, string field) => Assert.Equal(field, Field(() => Samples.Goal(request)));

    private static string Field(Func<Goal> call)
    {
        var failure = Assert.Throws<FailureException>(call).Failure;
        Assert.Equal(FailureCode.RequestInvalid, failure.Code);
        return failure.Arguments["field"];
    }
}
