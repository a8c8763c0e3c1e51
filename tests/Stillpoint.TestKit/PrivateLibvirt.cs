using System.Globalization;

namespace Stillpoint.TestKit;

/// <summary>
/// A libvirtd of the test's own (eng/demo/private-libvirtd): private folders, no network. Files below <see cref="Folder"/> go with it,
/// and so do its VMs. Starting one takes some seconds: one per suite.
/// </summary>
public sealed class PrivateLibvirt : IAsyncDisposable
{
    private static readonly string Script = Repository.PathOf("eng", "demo", "private-libvirtd");

    // Not TMPDIR: its name may be long, and disks need room.
    private const string Below = "/var/tmp";
    private readonly TempFolder _folder;

    private readonly string? _qemuUser;

    private PrivateLibvirt(TempFolder folder, string uri, string? qemuUser) => (_folder, Uri, _qemuUser) = (folder, uri, qemuUser);

    /// <summary>For any libvirt client on this machine.</summary>
    public string Uri { get; }

    public string Folder => _folder.Path;

    /// <summary>What the daemon printed.</summary>
    public string LogFile => _folder["log", "libvirtd.out"];

    /// <summary>Whether its QEMUs run as a user of their own, who cannot read what only root can.</summary>
    public bool HasQemuUser => _qemuUser is not null;

    /// <param name="qemuUser">The user its QEMUs run as; null: root.</param>
    public static async Task<PrivateLibvirt> StartAsync(string? qemuUser = null)
    {
        foreach (var orphan in OwnedFolders.Orphans(Below))
        {
            await Tool.RunAsync(Script, "stop", orphan);
            Directory.Delete(orphan, recursive: true);
        }
        var folder = new TempFolder(Below);
        OwnedFolders.Claim(folder.Path);
        var started = (await Tool.RunAsync(Start(folder, qemuUser))).Must();
        return new PrivateLibvirt(folder, started.Out.Trim(), qemuUser);
    }

    public Task<ToolResult> VirshAsync(params string[] arguments) => Tool.RunAsync("virsh", ["-q", "-c", Uri, .. arguments]);

    /// <summary>Kills the daemon only; its VMs live on. <see cref="RestartAsync"/> brings it back.</summary>
    public async Task KillDaemonAsync()
    {
        var pid = (await File.ReadAllTextAsync(_folder["pid"])).Trim();
        (await Tool.RunAsync("kill", "-9", pid)).Must();
        using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Directory.Exists($"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}/fd") && !IsZombie(pid))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, gone.Token);
    }

    /// <summary>As when the host loses its power and comes back: daemon and VMs die at once, and what was in /run is gone.</summary>
    public async Task RebootAsync()
    {
        await KillDaemonAsync();
        foreach (var file in Directory.EnumerateFiles(_folder["run", "qemu"], "*.pid"))
            await Tool.RunAsync("kill", "-9", (await File.ReadAllTextAsync(file)).Trim());
        foreach (var entry in Directory.EnumerateFileSystemEntries(_folder["run"]))
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
        await RestartAsync();
    }

    /// <summary>Killed and started again; its VMs live on.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillDaemonAsync();
        await RestartAsync();
    }

    public async Task RestartAsync() => (await Tool.RunAsync(Start(_folder, _qemuUser))).Must();

    private static ToolCall Start(TempFolder folder, string? qemuUser) => new(
        Script, ["start", folder.Path], TimeSpan.FromMinutes(3), Environment: qemuUser is null ? null : new() { ["STILLPOINT_QEMU_USER"] = qemuUser });

    public async ValueTask DisposeAsync()
    {
        (await Tool.RunAsync(Script, "stop", _folder.Path)).Must();
        _folder.Dispose();
    }

    private static bool IsZombie(string pid)
    {
        var stat = $"/proc/{pid}/stat";
        return !File.Exists(stat) || File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal);
    }
}
