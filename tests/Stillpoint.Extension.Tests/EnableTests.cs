using Stillpoint.Extension.Handler;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Extension.Tests;

/// <summary>Agents call enable for old settings as well: at each new goal, and at each of their starts.</summary>
[Trait("Needs", Needs.Tools)]
public sealed class EnableTests : IDisposable
{
    private readonly HandlerHome _home = new();

    public EnableTests() => Needs.Programs("openssl");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Enable_CalledAgainForTheSameSettings_BeginsOnce()
    {
        await _home.TellAsync("7", "task-1");
        _home.Enable("7");
        Assert.Equal(("success", 4, "task-1"), _home.StatusOf("7"));
        File.WriteAllText(_home.Folders.StatusOf("7"), "the work's own report");
        _home.Enable("7");
        _home.Enable("7");
        Assert.Equal(["7 task-1"], _home.Launched);
        Assert.Equal("the work's own report", File.ReadAllText(_home.Folders.StatusOf("7")));
    }

    [Fact]
    public async Task Enable_TheSameTaskUnderAnotherNumber_SaysThatItWasDone()
    {
        await _home.TellAsync("7", "task-1");
        await _home.TellAsync("8", "task-1");
        await _home.TellAsync("9", "task-2");
        _home.Enable("7");
        _home.Enable("8");
        Assert.Equal(("success", 3, "task-1 was begun before"), _home.StatusOf("8"));
        _home.Enable("9");
        Assert.Equal(["7 task-1", "9 task-2"], _home.Launched);
    }

    [Fact]
    public async Task Enable_AfterReset_BeginsAgain()
    {
        await _home.TellAsync("7", "task-1");
        _home.Enable("7");
        LastRun.Forget(_home.Folders);
        _home.Enable("7");
        Assert.Equal(["7 task-1", "7 task-1"], _home.Launched);
    }

    [Fact]
    public async Task Enable_AnAgentThatNamesNoNumber_TakesTheHighest()
    {
        await _home.TellAsync("9", "task-9");
        await _home.TellAsync("10", "task-10");
        _home.Enable(null);
        Assert.Equal(["10 task-10"], _home.Launched);
    }

    [Fact]
    public void Enable_WithoutSettings_IsReady()
    {
        File.WriteAllText(_home.Folders.SettingsOf("0"), "");
        _home.Enable("0");
        Assert.Equal(("success", 1, "ready"), _home.StatusOf("0"));
        Assert.Empty(_home.Launched);
    }

    [Theory]
    [InlineData("delete", 10_000, "http://host/x"), InlineData("snapshot", 1_999, "http://host/x"), InlineData("snapshot", 60_001, "http://host/x")]
    [InlineData("snapshot", 10_000, "https://host/x"), InlineData("snapshot", 10_000, "nothing")]
    public async Task Enable_SettingsThatAreWrong_SaysSoAndStartsNothing(string command, int limit, string uri)
    {
        await _home.TellAsync("1", "task", command, limit, uri);
        _home.Enable("1");
        Assert.Equal(("error", 11), (_home.StatusOf("1").Status, _home.StatusOf("1").Code));
        Assert.Empty(_home.Launched);
    }

    [Theory, InlineData(""), InlineData("../x"), InlineData("a b")]
    public async Task Enable_ATaskThatIsNoName_IsRefused(string task)
    {
        await _home.TellAsync("1", task);
        _home.Enable("1");
        Assert.Equal(11, _home.StatusOf("1").Code);
    }

    [Fact]
    public void Enable_SettingsThatAreNoJson_SaysSo()
    {
        File.WriteAllText(_home.Folders.SettingsOf("1"), "{");
        _home.Enable("1");
        Assert.Equal(11, _home.StatusOf("1").Code);
    }

    [Fact]
    public async Task Enable_AKeyThatIsGone_SaysThatTheSettingsCannotBeOpened()
    {
        await _home.TellAsync("1", "task");
        _home.LoseKey();
        _home.Enable("1");
        Assert.Equal(("error", 16), (_home.StatusOf("1").Status, _home.StatusOf("1").Code));
        Assert.Empty(_home.Launched);
    }

    [Fact]
    public async Task Settings_SealedByOpenssl_AreReadWhole()
    {
        await _home.TellAsync("3", "01J-abc", limit: 2_500);
        var settings = SnapshotSettings.Read(_home.Folders, "3")!;
        Assert.Equal(("01J-abc", TimeSpan.FromSeconds(2.5), "http://host:1/x?sig=é"), (settings.Task, settings.Limit, settings.Endpoint.OriginalString));
    }
}
