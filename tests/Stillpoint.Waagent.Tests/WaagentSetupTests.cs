using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Waagent.Tests;

/// <summary>What a package's name says, and what a guest's numbers come to; the channel itself is shown against the service (Stillpoint.Fabric.Tests).</summary>
public sealed class WaagentSetupTests
{
    [Theory]
    [InlineData("/x/Stillpoint.VMSnapshot-0.1.0.77.zip", "Stillpoint.VMSnapshot", "0.1.0.77"), InlineData("a-b-2.0.zip", "a-b", "2.0"), InlineData("nothing.zip", "", "nothing")]
    public void Package_ByItsName_SaysExtensionAndVersion(string package, string extension, string version)
    {
        var setup = new WaagentSetup("/sock", ["10.0.0.2"], package);
        Assert.Equal((extension, version), (setup.Extension, setup.Version));
    }

    /// <summary>Frozen, thawed, guard; whether the guest says that nothing is frozen any more.</summary>
    [Theory]
    [InlineData(2, 2, "clean", true), InlineData(0, 0, "", true), InlineData(2, 0, "fired", true), InlineData(2, 1, "clean", false), InlineData(2, 1, "unknown", false)]
    public void Report_OfAGuest_IsAThawOnlyIfAllOfItIs(int frozen, int thawed, string guard, bool expected) => Assert.Equal(
        expected, GuestWord.Of(new(1, "", frozen, thawed, guard, true, null, new Dictionary<string, long>()), "web1", TimeSpan.FromSeconds(10)).Thawed);

    [Fact]
    public void Report_WithWordsThatMoveACursor_IsToldWithoutThem()
    {
        var word = GuestWord.Of(new(2, "a\u001b[2Jb\nc", 2, 2, "clean", true, null, new Dictionary<string, long>()), "web1", TimeSpan.FromSeconds(10));
        Assert.Equal("a [2Jb c", word.Reason!.Evidence[0].Text);
    }

    [Fact]
    public void Silence_AfterLeaveToFreeze_IsNoThaw()
    {
        var word = GuestWord.Silent("web1", TimeSpan.FromSeconds(10));
        Assert.Equal((false, FailureCode.GuardFired, GuardVerdict.Unknown), (word.Thawed, word.Reason!.Code, word.Guard));
    }
}
