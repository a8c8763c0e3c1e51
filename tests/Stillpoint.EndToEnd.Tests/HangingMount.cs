using System.Diagnostics;
using System.Globalization;
using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A FUSE mount of a folder whose server can be made to stop answering: every call below it then waits, as on a hung network mount.</summary>
internal sealed class HangingMount : IDisposable
{
    private readonly TempFolder _folder = new("/var/tmp");
    private readonly Process _server;

    private HangingMount()
    {
        Directory.CreateDirectory(_folder["behind"]);
        Directory.CreateDirectory(Path);
        _server = Tool.Start(new("bindfs", ["-f", _folder["behind"], Path]));
    }

    public string Path => _folder["mount"];

    public static async Task<HangingMount> OnAsync()
    {
        var mount = new HangingMount();
        await Eventually.IsAsync("the folder is mounted", async () => (await Tool.RunAsync("mountpoint", "-q", mount.Path)).ExitCode == 0);
        return mount;
    }

    public Task HangAsync() => SignalAsync("STOP");

    public Task AnswerAsync() => SignalAsync("CONT");

    public void Dispose()
    {
        // Killed, stopped or not: the kernel then fails the calls that wait.
        _server.Kill();
        _server.WaitForExit();
        using var unmount = Tool.Start(new("umount", ["--lazy", Path]));
        unmount.WaitForExit(TimeSpan.FromSeconds(30));
        _server.Dispose();
        _folder.Dispose();
    }

    private async Task SignalAsync(string signal) =>
        (await Tool.RunAsync("kill", $"-{signal}", _server.Id.ToString(CultureInfo.InvariantCulture))).Must();
}
