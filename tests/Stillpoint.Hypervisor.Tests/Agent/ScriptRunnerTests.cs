using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Agent;

/// <summary>The runner of the guest's scripts itself, below a folder of the test's own.</summary>
[Trait("Needs", Needs.Tools)]
public sealed class ScriptRunnerTests : IDisposable
{
    private const UnixFileMode Safe = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly TempFolder _folder = new();

    public ScriptRunnerTests()
    {
        Needs.Programs("sh", "timeout", "mkfifo", "stat", "sed");
        foreach (var path in new[] { "etc", "etc/stillpoint", "etc/stillpoint/pre-freeze.d", "etc/stillpoint/post-freeze.d", "run" })
        {
            Directory.CreateDirectory(_folder[path]);
            File.SetUnixFileMode(_folder[path], Safe);
        }
    }

    /// <summary>A keeper whose state is gone ends.</summary>
    public void Dispose() => _folder.Dispose();

    private ToolCall Call(params string[] arguments) => new(
        "/bin/sh", [Repository.PathOf("src", "guest", "scripts.sh"), .. arguments], TimeSpan.FromSeconds(60),
        Environment: new() { ["STILLPOINT_SCRIPTS_ROOT"] = _folder.Path });

    // Reads the output to its end: a keeper, or what a script leaves running, would be waited for in vain if it kept that open.
    private async Task<string[]> SayAsync(params string[] arguments) =>
        (await Tool.RunAsync(Call(arguments))).Must().Out.Replace(_folder.Path, "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Put(string name, string body)
    {
        var path = _folder["etc", "stillpoint", name];
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, Safe);
        return path;
    }

    [Fact]
    public async Task Scripts_BeforeAndAfter_RunInTheirOrderOnce()
    {
        var seen = _folder["seen"];
        foreach (var name in new[] { "pre-freeze.d/20-b", "pre-freeze.d/10-a", "post-freeze.d/10-c" }) Put(name, $"echo $STILLPOINT_PHASE ${{0##*/}} $STILLPOINT_TOKEN | tee -a {seen}");

        Assert.Equal(["pre-freeze 10-a", "pre-freeze 20-b", "post-freeze 10-c"], await SayAsync("check"));
        Assert.Equal(
            ["ran pre-freeze 10-a 0 1", "| pre-freeze 10-a t1", "ran pre-freeze 20-b 0 1", "| pre-freeze 20-b t1", "done"],
            await SayAsync("pre", "t1", "60", "0", "continue", "600", "600"));
        Assert.Equal(["ran post-freeze 10-c 0 1", "| post-freeze 10-c t1", "done"], await SayAsync("post", "t1"));
        Assert.Equal(["none"], await SayAsync("post", "t1"));

        Assert.Equal(["pre-freeze 10-a t1", "pre-freeze 20-b t1", "post-freeze 10-c t1"], File.ReadAllLines(seen));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["run"]));
    }

    [Fact]
    public async Task Scripts_NoFolders_AreNone()
    {
        Directory.Delete(_folder["etc", "stillpoint"], recursive: true);
        Assert.Empty(await SayAsync("check"));
    }

    [Theory]
    [InlineData("continue", "ran pre-freeze 20-b 0 1")]
    [InlineData("fail", null)]
    public async Task Script_Fails_IsTriedAgainAndTheRuleDecidesAboutTheNext(string rule, string? next)
    {
        Put("pre-freeze.d/10-a", "echo no >&2; exit 3");
        Put("pre-freeze.d/20-b", "");
        var said = await SayAsync("pre", "t1", "60", "1", rule, "600", "600");
        Assert.Equal(["ran pre-freeze 10-a 3 2", "| no"], said[..2]);
        Assert.Equal(next, said[2..^1].SingleOrDefault());
        Assert.Equal(["done"], await SayAsync("post", "t1"));
    }

    [Fact]
    public async Task Script_LongerThanItsLimit_IsEnded()
    {
        Put("pre-freeze.d/10-a", "exec sleep 600");
        Assert.Equal(["ran pre-freeze 10-a 124 1", "done"], await SayAsync("pre", "t1", "1", "0", "continue", "600", "600"));
    }

    [Fact]
    public async Task Script_ThatTalksMuchAndLeavesAProgramRunning_IsCutAndNotWaitedFor()
    {
        Put("pre-freeze.d/10-a", $"yes | head -c 1000000; sleep 600 & echo $! > {_folder["left"]}");
        var said = await SayAsync("pre", "t1", "60", "0", "continue", "600", "600");
        Assert.Equal(("ran pre-freeze 10-a 0 1", 2050), (said[0], said.Length)); // 4096 bytes are 2048 lines
        (await Tool.RunAsync("kill", (await File.ReadAllTextAsync(_folder["left"])).Trim())).Must();
    }

    [Theory]
    [InlineData("pre-freeze.d/10-a", UnixFileMode.GroupWrite, "refused /etc/stillpoint/pre-freeze.d/10-a writable")]
    [InlineData("pre-freeze.d/10-a", UnixFileMode.OtherWrite, "refused /etc/stillpoint/pre-freeze.d/10-a writable")]
    [InlineData("pre-freeze.d", UnixFileMode.OtherWrite, "refused /etc/stillpoint/pre-freeze.d writable")]
    [InlineData("post-freeze.d", UnixFileMode.GroupWrite, "refused /etc/stillpoint/post-freeze.d writable")]
    [InlineData("", UnixFileMode.OtherWrite, "refused /etc/stillpoint writable")]
    public async Task Script_ThatOthersMayChange_IsRefusedAndNoneIsRun(string open, UnixFileMode more, string said)
    {
        Put("pre-freeze.d/10-a", $"touch {_folder["ran"]}");
        Put("post-freeze.d/10-a", $"touch {_folder["ran"]}");
        File.SetUnixFileMode(_folder["etc", "stillpoint", open], Safe | more);
        Assert.Contains(said, await SayAsync("check"));
        Assert.Contains(said, await SayAsync("pre", "t1", "60", "0", "continue", "600", "600"));
        Assert.Equal(["none"], await SayAsync("post", "t1"));
        Assert.False(File.Exists(_folder["ran"]));
    }

    [Fact]
    public async Task Script_OfSomebodyElse_IsRefused()
    {
        Needs.Root();
        (await Tool.RunAsync("chown", "12345", Put("pre-freeze.d/10-a", ""))).Must();
        Assert.Equal(["refused /etc/stillpoint/pre-freeze.d/10-a owner"], await SayAsync("check"));
    }

    [Fact]
    public async Task Script_ThatIsNone_IsRefusedByWhatItIs()
    {
        File.CreateSymbolicLink(_folder["etc", "stillpoint", "pre-freeze.d/10-link"], "/bin/true");
        Directory.CreateDirectory(_folder["etc", "stillpoint", "pre-freeze.d/20-folder"]);
        File.SetUnixFileMode(Put("pre-freeze.d/30-plain", ""), UnixFileMode.UserRead);
        Put("pre-freeze.d/40 space", "");
        Put("pre-freeze.d/.hidden", "");
        Assert.Equal(
            [
                "refused /etc/stillpoint/pre-freeze.d/10-link kind", "refused /etc/stillpoint/pre-freeze.d/20-folder kind",
                "refused /etc/stillpoint/pre-freeze.d/30-plain executable", "refused /etc/stillpoint/pre-freeze.d name",
            ],
            await SayAsync("check"));
    }

    [Fact]
    public async Task Keeper_NobodyCalls_RunsThoseAfterTheFreezeByItself()
    {
        Put("pre-freeze.d/10-a", "");
        Put("post-freeze.d/10-b", $"echo b >> {_folder["seen"]}");
        await SayAsync("pre", "t1", "60", "0", "continue", "600", "0");
        await Eventually.IsAsync("the keeper has run them", () => File.Exists(_folder["run", "stillpoint-scripts", "report"]));
        Assert.Equal(["ran post-freeze 10-b 0 1", "done"], await SayAsync("post", "t1"));
        Assert.Equal(["b"], File.ReadAllLines(_folder["seen"]));
    }

    [Fact]
    public async Task Post_WhileAScriptBeforeTheFreezeStillRuns_EndsItFirst()
    {
        Put("pre-freeze.d/10-a", $"echo begun > {_folder["begun"]}; trap 'echo ended >> {_folder["seen"]}; exit 1' TERM; sleep 600 & wait");
        Put("pre-freeze.d/20-never", $"echo never >> {_folder["seen"]}");
        Put("post-freeze.d/10-b", $"echo b >> {_folder["seen"]}");
        var pre = Tool.RunAsync(Call("pre", "t1", "300", "3", "continue", "600", "600"));
        await Eventually.IsAsync("the script runs", () => File.Exists(_folder["begun"]));
        Assert.Equal(["ran post-freeze 10-b 0 1", "done"], await SayAsync("post", "t1"));
        Assert.Contains("ran pre-freeze 10-a 1 1", (await pre).Must().Out, StringComparison.Ordinal);
        Assert.Equal(["ended", "b"], File.ReadAllLines(_folder["seen"]));
    }

    [Fact]
    public async Task Keeper_StateIsGone_Ends()
    {
        Put("pre-freeze.d/10-a", "");
        await SayAsync("pre", "t1", "60", "0", "continue", "600", "600");
        var pid = (await File.ReadAllTextAsync(_folder["run", "stillpoint-scripts", "owner"])).Split(' ')[1];
        Directory.Delete(_folder["run", "stillpoint-scripts"], recursive: true);
        await GoneAsync(pid);
    }

    [Fact]
    public async Task Pre_WhileAnothersScriptsAreOpen_IsRefusedAndTheirsGoOn()
    {
        Put("pre-freeze.d/10-a", "");
        Put("post-freeze.d/10-b", "");
        await SayAsync("pre", "t1", "60", "0", "continue", "600", "600");
        Assert.Equal(["refused /etc/stillpoint busy"], await SayAsync("pre", "t2", "60", "0", "continue", "600", "600"));
        Assert.Equal(["none"], await SayAsync("post", "t2"));
        Assert.Equal(["ran post-freeze 10-b 0 1", "done"], await SayAsync("post", "t1"));
    }

    [Fact]
    public async Task Keeper_Killed_LeavesThemToTheCallOrTheNextRun()
    {
        Put("pre-freeze.d/10-a", "");
        Put("post-freeze.d/10-b", $"echo b >> {_folder["seen"]}");
        await SayAsync("pre", "t1", "60", "0", "continue", "600", "600");
        await KillKeeperAsync();
        Assert.Equal(["ran post-freeze 10-b 0 1", "done"], await SayAsync("post", "t1"));

        await SayAsync("pre", "t2", "60", "0", "continue", "600", "600");
        await KillKeeperAsync();
        Assert.Equal(["ran pre-freeze 10-a 0 1", "done"], await SayAsync("pre", "t3", "60", "0", "continue", "600", "600"));
        Assert.Equal(["b", "b"], File.ReadAllLines(_folder["seen"]));
        await SayAsync("post", "t3");
    }

    private async Task KillKeeperAsync()
    {
        var pid = (await File.ReadAllTextAsync(_folder["run", "stillpoint-scripts", "owner"])).Split(' ')[1];
        (await Tool.RunAsync("kill", "-9", pid)).Must();
        await GoneAsync(pid);
    }

    private static Task GoneAsync(string pid) => Eventually.IsAsync("it is gone", () =>
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    });
}
