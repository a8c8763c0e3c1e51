using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>
/// The guard's script itself, with a fsfreeze that thaws files instead of file systems: <c>frozen/a</c> is there while mount <c>a</c> is frozen.
/// What it does to real ones is shown in a real guest.
/// </summary>
[Trait("Needs", Needs.Tools)]
public sealed class GuardScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public GuardScriptTests()
    {
        Needs.Programs("sh", "sleep", "mkdir", "rm", "mv");
        Directory.CreateDirectory(_folder["bin"]);
        Directory.CreateDirectory(_folder["frozen"]);
        File.WriteAllText(_folder["bin", "fsfreeze"], "#!/bin/sh\n[ \"$1\" = --unfreeze ] && rm \"$FROZEN/$2\" 2>/dev/null\n");
        File.SetUnixFileMode(_folder["bin", "fsfreeze"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> GuardAsync(params string[] arguments)
    {
        var call = new ToolCall("/bin/sh", [Repository.PathOf("src", "guest", "guard.sh"), .. arguments], TimeSpan.FromSeconds(60), Environment: new()
        {
            ["PATH"] = _folder["bin"] + ":/usr/bin:/bin",
            ["FROZEN"] = _folder["frozen"],
            ["STILLPOINT_GUARD_STATE"] = _folder["state"],
        });
        // Reads the output to its end: a guard that kept it open would be waited for in vain.
        return (await Tool.RunAsync(call)).Must().Out.Trim();
    }

    private void Freeze(string mount) => File.WriteAllText(_folder["frozen", mount], "");

    private async Task ThawedAsync(string mount)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (File.Exists(_folder["frozen", mount])) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, bound.Token);
    }

    [Fact]
    public async Task Guard_StoppedBeforeTheLimit_DidNotFireAndLeavesNothing()
    {
        Assert.Equal("ready", await GuardAsync("run", "t1", "60000", "a"));
        Freeze("a");

        Assert.Equal("clean", await GuardAsync("stop", "t1"));

        Assert.True(File.Exists(_folder["frozen", "a"]));
        Assert.False(Directory.Exists(_folder["state"]));
    }

    [Fact]
    public async Task Guard_LimitReached_ThawsWhatIsFrozenThenAndLater()
    {
        Freeze("a");
        Assert.Equal("ready", await GuardAsync("run", "t1", "100", "a", "b"));
        await ThawedAsync("a");
        Freeze("b");
        await ThawedAsync("b");

        Assert.Equal("fired", await GuardAsync("stop", "t1"));
    }

    [Fact]
    public async Task Guard_LimitReachedAndNothingFrozen_DidNotFire()
    {
        Assert.Equal("ready", await GuardAsync("run", "t1", "0", "a"));

        Assert.Equal("clean", await GuardAsync("stop", "t1"));
    }

    [Fact]
    public async Task Guard_SecondBeforeTheLimitOfTheFirst_IsBusy()
    {
        await GuardAsync("run", "t1", "60000", "a");

        Assert.Equal("busy t1", await GuardAsync("run", "t2", "60000", "a"));
        Assert.Equal("unknown", await GuardAsync("stop", "t2"));
        Assert.Equal("clean", await GuardAsync("stop", "t1"));
    }

    [Fact]
    public async Task Guard_SecondAfterTheLimitOfTheFirst_TakesItsPlace()
    {
        await GuardAsync("run", "t1", "0", "a");

        Assert.Equal("ready", await GuardAsync("run", "t2", "60000", "a"));
        Assert.Equal("unknown", await GuardAsync("stop", "t1"));
        Assert.Equal("clean", await GuardAsync("stop", "t2"));
    }

    [Fact]
    public async Task Guard_KilledOne_IsUnknownAndDoesNotStandInTheWay()
    {
        await GuardAsync("run", "t1", "60000", "a");
        var pid = (await File.ReadAllTextAsync(_folder["state", "owner"])).Split(' ')[1];
        (await Tool.RunAsync("kill", "-9", pid)).Must();

        Assert.Equal("unknown", await GuardAsync("stop", "t1"));
        Assert.Equal("ready", await GuardAsync("run", "t2", "60000", "a"));
        Assert.Equal("clean", await GuardAsync("stop", "t2"));
    }
}
