using System.Text.Json;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.BadInput;

/// <summary>The built program on file systems that are really full, read-only, another user's, or across a network-like layer without locks.</summary>
[Trait("Needs", "tools")]
public sealed class RealPlaceTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new("/var/tmp");
    private readonly List<string> _mounts = [];

    [Fact]
    public async Task ReadOnlyDisk_IsReadFrom_AndRefusesWritesByName()
    {
        Needs.Root();
        await MountAsync("vault", "size=64m");
        await InitAsync();
        await KnownPoint.AddAsync(_folder["vault"], KnownPoint.Disk(1));
        (await Tool.RunAsync("mount", "-o", "remount,ro", _folder["vault"])).Must();
        await MustAsync(0, null, "point", "list");
        await MustAsync(0, null, "vault", "verify", "--full");
        await MustAsync(0, null, "vault", "copy", _folder["copy"]);
        await MustAsync(8, "vault-read-only", "vault", "key", "change", "--new-passphrase-file", Secret("new"));
        await MustAsync(8, "vault-read-only", "vault", "rebuild-index", "--yes");
    }

    [Fact]
    public async Task FullDisk_CopySaysSoAndGoesOnWhenThereIsRoom()
    {
        Needs.Root();
        await InitAsync();
        var disk = KnownPoint.Disk(1);
        await KnownPoint.AddAsync(_folder["vault"], disk);
        await MountAsync("small", "size=256k");
        await MustAsync(10, "vault-full", "vault", "copy", _folder["small"]);
        (await Tool.RunAsync("mount", "-o", "remount,size=64m", _folder["small"])).Must();
        await MustAsync(0, null, "vault", "copy", _folder["small"]);
        await MustAsync(0, null, "vault", "verify", "--full", "--vault", _folder["small"]);
    }

    [Fact]
    public async Task AnotherUsersVault_IsForbiddenNotMissing()
    {
        Needs.Root();
        Needs.Programs("setpriv");
        await InitAsync();
        await KnownPoint.AddAsync(_folder["vault"], KnownPoint.Disk(1));
        (await Tool.RunAsync("chmod", "755", _folder.Path)).Must();
        (await Tool.RunAsync("chmod", "700", _folder["vault"])).Must();
        Directory.CreateDirectory(_folder["theirs"]);
        Secret("passphrase-of-nobody", "open sesame");
        (await Tool.RunAsync("chown", "-R", "65534:65534", _folder["theirs"], _folder["passphrase-of-nobody"])).Must();
        var able = await NobodyAsync("--version");
        Assert.SkipUnless(able.ExitCode == 0, $"another user cannot run the program here: {able.Error}");
        MustFail(await NobodyAsync("point", "list"), 8, "vault-forbidden");
        MustFail(await NobodyAsync("vault", "verify"), 8, "vault-forbidden");
        MustFail(await NobodyAsync("vault", "init", _folder["vault"]), 8, "vault-forbidden");

        (await Tool.RunAsync("chmod", "-R", "a+rX", _folder["vault"])).Must();
        Assert.Equal(0, (await NobodyAsync("point", "list")).ExitCode);
        MustFail(await NobodyAsync("vault", "key", "export"), 8, "vault-read-only");
    }

    [Theory]
    [InlineData("--disable-lock-forwarding")]
    [InlineData("--multithreaded", "--enable-lock-forwarding")]
    public async Task LayerWithOrWithoutLocks_IsAllTheSame(params string[] locks)
    {
        Needs.Root();
        Needs.Programs("bindfs", "fusermount3");
        Directory.CreateDirectory(_folder["under"]);
        Directory.CreateDirectory(_folder["vault"]);
        var mounted = await Tool.RunAsync("bindfs", [.. locks, _folder["under"], _folder["vault"]]);
        Assert.SkipUnless(mounted.ExitCode == 0, $"no FUSE here: {mounted.Error}");
        _mounts.Add(_folder["vault"]);
        await InitAsync();
        await KnownPoint.AddAsync(_folder["vault"], KnownPoint.Disk(1));
        await Task.WhenAll(Enumerable.Range(2, 2).Select(i => KnownPoint.AddAsync(_folder["vault"], KnownPoint.Disk(i))));
        await MustAsync(0, null, "vault", "key", "change", "--new-passphrase-file", Secret("new"));
        File.Copy(_folder["new"], _folder["passphrase"], overwrite: true);
        await MustAsync(0, null, "vault", "rebuild-index", "--yes");
        await MustAsync(0, null, "vault", "verify", "--full");
        await MustAsync(0, null, "vault", "copy", _folder["copy"]);
        Assert.Equal(3, (await RunAsync("point", "list")).RootElement.GetProperty("points").GetArrayLength());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mount in _mounts) (await Tool.RunAsync("umount", "--lazy", mount)).Must();
        _folder.Dispose();
    }

    private async Task MountAsync(string name, string options)
    {
        Directory.CreateDirectory(_folder[name]);
        Assert.SkipUnless((await Tool.RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", _folder[name])).ExitCode == 0, "mounting a tmpfs is not permitted here");
        _mounts.Add(_folder[name]);
    }

    private Task InitAsync()
    {
        Secret("passphrase", "open sesame");
        return MustAsync(0, null, "vault", "init", _folder["vault"]);
    }

    private string Secret(string name, string? text = null)
    {
        CliHost.Secret(_folder[name], (text ?? name) + "\n");
        return _folder[name];
    }

    private async Task<JsonDocument> RunAsync(params string[] words) => JsonDocument.Parse((await CallAsync(words)).Must().Out);

    private async Task MustAsync(int exitCode, string? code, params string[] words)
    {
        var result = await CallAsync(words);
        if (code is null) Assert.True(result.ExitCode == exitCode, $"{result.Command}\n{result.ExitCode}\n{result.Out}\n{result.Error}");
        else MustFail(result, exitCode, code);
    }

    private static void MustFail(ToolResult result, int exitCode, string code)
    {
        Assert.True(result.ExitCode == exitCode, $"{result.Command}\n{result.ExitCode}\n{result.Out}\n{result.Error}");
        Assert.Equal(code, JsonDocument.Parse(result.Out).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    private Task<ToolResult> CallAsync(string[] words)
    {
        string[] vault = words.Contains("--vault") || words[1] == "init" ? [] : ["--vault", _folder["vault"]];
        return Tool.RunAsync(RealProgram.Path, [.. words, .. vault, "--data", _folder["data"], "--passphrase-file", _folder["passphrase"], "--json"]);
    }

    private Task<ToolResult> NobodyAsync(params string[] words)
    {
        string[] vault = words is [_, "init", ..] or ["--version"] ? [] : ["--vault", _folder["vault"]];
        return Tool.RunAsync(new ToolCall(
            "setpriv",
            ["--reuid", "65534", "--regid", "65534", "--clear-groups", RealProgram.Path, .. words, .. vault, "--data", _folder["theirs"], "--passphrase-file", _folder["passphrase-of-nobody"], "--json"],
            Environment: new() { ["HOME"] = _folder["theirs"] }));
    }
}
