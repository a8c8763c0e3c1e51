using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>
/// libguestfs's shell on a disk that is served read-only: looks into the guest's file systems with a small VM of its own, so that nothing of the guest is
/// mounted or run on the host.
/// </summary>
internal sealed class GuestFish : IAsyncDisposable
{
    private const int MostLines = 20_000;
    private readonly Process _process;
    private readonly string _end = "--- " + Guid.NewGuid().ToString("N");

    private GuestFish(Process process) => _process = process;

    /// <param name="exports">Names of NBD exports on <paramref name="socket"/>.</param>
    /// <exception cref="FailureException">ToolMissing.</exception>
    public static GuestFish Start(string socket, IEnumerable<string> exports)
    {
        string[] disks = [.. exports.SelectMany(e => (string[])["-a", $"nbd:///{Uri.EscapeDataString(e)}?socket={Uri.EscapeDataString(socket)}"])];
        var start = new ProcessStartInfo("guestfish", ["--ro", "--format=raw", .. disks, "-i"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Its own VM needs no libvirt: the one here may be what is ill.
        start.Environment["LIBGUESTFS_BACKEND"] = "direct";
        // A /dev/kvm that does not run a guest ends its VM; emulated it always works, and is fast enough to read some files.
        start.Environment["LIBGUESTFS_BACKEND_SETTINGS"] = "force_tcg";
        start.Environment["LC_ALL"] = "C";
        try
        {
            var fish = new GuestFish(Process.Start(start)!);
            // Its complaints are of single commands; the answers say enough.
            fish._process.ErrorDataReceived += static (_, _) => { };
            fish._process.BeginErrorReadLine();
            return fish;
        }
        catch (Win32Exception)
        {
            throw new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", "guestfish"), ("package", "libguestfs-tools"));
        }
    }

    /// <summary>What a command printed; empty where it failed. Paths are constants of ours or were answered by the guest: those are quoted.</summary>
    /// <exception cref="FailureException">ToolFailed: it ended, having found no system it knows.</exception>
    public async Task<IReadOnlyList<string>> AskAsync(string command, CancellationToken ct)
    {
        try
        {
            await _process.StandardInput.WriteAsync($"-{command}\necho {_end}\n".AsMemory(), ct);
            await _process.StandardInput.FlushAsync(ct);
        }
        catch (IOException)
        {
            throw Ended();
        }
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line == _end) return lines;
            if (lines.Count < MostLines) lines.Add(line);
        }
        throw Ended();
    }

    /// <summary>A path that the guest named, as one word.</summary>
    public static string Quote(string path)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in path) quoted.Append(c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? "?" : c.ToString());
        return quoted.Append('"').ToString();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static FailureException Ended() => new(FailureCode.ToolFailed, Stage.Preflight, ("tool", "guestfish"));
}
