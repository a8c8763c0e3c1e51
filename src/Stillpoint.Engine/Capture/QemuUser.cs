using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>The user that a VM's QEMU runs as: distributions give it one of its own. Sockets and scratch files of a job must be within its reach.</summary>
/// <param name="User">0: root.</param>
public sealed record QemuUser(uint User, uint Group)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>From the VM's QEMU in /proc; null where it cannot be seen, or there is none.</summary>
    public static QemuUser? Find(VmId vm)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out _)) continue;
            try
            {
                var words = File.ReadAllText(process + "/cmdline").Split('\0');
                var at = Array.IndexOf(words, "-uuid");
                if (at < 0 || at + 1 >= words.Length || words[at + 1] != vm.ToString()) continue;
                return new(IdOf("Uid:"), IdOf("Gid:"));

                uint IdOf(string field) => uint.Parse(
                    File.ReadLines(process + "/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).Split('\t')[2],
                    CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended while it was looked at, or is not ours to see.
            }
        }
        return null;
    }

    /// <summary>Whether this user can come to a folder, all folders above it included.</summary>
    /// <returns>Null: yes, or it cannot be told. Else ScratchUnusable with the first folder that is closed to it.</returns>
    public async Task<Failure?> ReachesAsync(string folder, TimeProvider clock, CancellationToken ct)
    {
        if (User == 0 || !Environment.IsPrivilegedProcess || await MayPassAsync(folder, clock, ct)) return null;
        var closed = folder;
        foreach (var above in Above(folder).Reverse())
        {
            if (await MayPassAsync(above, clock, ct)) continue;
            closed = above;
            break;
        }
        var user = User.ToString(CultureInfo.InvariantCulture);
        return Failure.Of(FailureCode.ScratchUnusable, Stage.Preflight, ("path", closed))
            .With(new("setpriv --reuid " + user, $"QEMU's user {user} may not pass {closed}"));
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at)) yield return at;
    }

    /// <summary>Asked of the system itself, as that user: modes, lists and mounts all count.</summary>
    private async Task<bool> MayPassAsync(string folder, TimeProvider clock, CancellationToken ct)
    {
        var (user, group) = (User.ToString(CultureInfo.InvariantCulture), Group.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                "setpriv", ["--reuid", user, "--regid", group, "--clear-groups", "--", "test", "-x", folder]))!;
            using var bound = new CancellationTokenSource(Bound, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, bound.Token);
            try
            {
                await process.WaitForExitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                process.Kill();
                return true;
            }
            // Anything but test's own "no" is setpriv's trouble, not the folder's.
            return process.ExitCode != 1;
        }
        catch (Win32Exception)
        {
            return true;
        }
    }
}
