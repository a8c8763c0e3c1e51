using System.Diagnostics;

namespace Stillpoint.Hypervisor;

/// <summary>Removes a bitmap from an image that nobody has open, with <c>qemu-img</c>.</summary>
internal static class OfflineBitmaps
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>
    /// What cannot be removed (no such bitmap, the VM was started meanwhile, no tool) stays: a bitmap without its checkpoint only records
    /// on, it never makes a point wrong.
    /// </summary>
    public static async Task RemoveAsync(string image, string bitmap, TimeProvider clock, CancellationToken ct)
    {
        if (!File.Exists(image)) return;
        var start = new ProcessStartInfo("qemu-img", ["bitmap", "--remove", image, bitmap])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var tool = new Process { StartInfo = start };
        try
        {
            tool.Start();
            using var bound = new CancellationTokenSource(Bound, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, ct);
            await tool.WaitForExitAsync(either.Token).ConfigureAwait(false);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No qemu-img on this host.
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Its lock on the image would keep the VM from starting.
            tool.Kill();
        }
    }
}
