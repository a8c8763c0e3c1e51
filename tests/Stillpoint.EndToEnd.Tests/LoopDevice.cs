using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A block device over a file of its own.</summary>
internal sealed class LoopDevice : IDisposable
{
    private readonly TempFolder _folder;

    private LoopDevice(TempFolder folder, string path) => (_folder, Path) = (folder, path);

    public string Path { get; }

    public static async Task<LoopDevice> MakeAsync(long bytes)
    {
        Needs.Programs("losetup");
        var folder = new TempFolder("/var/tmp");
        using (var file = File.Create(folder["device"])) file.SetLength(bytes);
        var made = await Tool.RunAsync("losetup", "--find", "--show", folder["device"]);
        Xunit.Assert.SkipUnless(made.ExitCode == 0, "needs loop devices: " + made.Error.Trim());
        return new(folder, made.Out.Trim());
    }

    public void Dispose()
    {
        using var detach = Tool.Start(new("losetup", ["--detach", Path]));
        detach.WaitForExit(TimeSpan.FromSeconds(30));
        _folder.Dispose();
    }
}
