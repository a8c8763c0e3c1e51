using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>A small file system of the test's own.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly TempFolder _folder = new("/var/tmp");

    public Tmpfs(string size) => Mount("mount", "-t", "tmpfs", "-o", $"size={size},mode=755", "tmpfs", _folder.Path);

    public string Path => _folder.Path;

    public async Task ResizeAsync(string size) => (await Tool.RunAsync("mount", "-o", $"remount,size={size}", _folder.Path)).Must();

    public void Dispose()
    {
        Mount("umount", "--lazy", _folder.Path);
        _folder.Dispose();
    }

    private static void Mount(string program, params string[] arguments)
    {
        using var process = Tool.Start(new ToolCall(program, arguments));
        process.WaitForExit(TimeSpan.FromSeconds(30));
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {process.StandardError.ReadToEnd()}");
    }
}
