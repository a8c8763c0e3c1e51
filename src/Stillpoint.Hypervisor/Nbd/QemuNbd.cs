using System.Diagnostics;
using System.Net.Sockets;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Nbd;

/// <summary>
/// A qemu-nbd of ours that serves one image on a unix socket until disposed, and dies with us. The socket's folder must exist and keep others out.
/// </summary>
public sealed class QemuNbd : IAsyncDisposable
{
    /// <summary>Opening an image takes milliseconds; longer than this it hangs on its storage.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    /// <summary>On SIGTERM qemu-nbd closes the image: metadata are written, which may wait for the storage.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly TimeProvider _clock;
    private readonly Task<string> _errors;

    private QemuNbd(Process process, string socketPath, string export, TimeProvider clock)
    {
        (_process, ProcessId, SocketPath, Export, _clock) = (process, process.Id, socketPath, export, clock);
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public string SocketPath { get; }

    public string Export { get; }

    public int ProcessId { get; }

    /// <summary>
    /// Serves the image of a VM that is off, read only, without any lock: the VM can start meanwhile, and what is read after that is torn. So the
    /// caller watches the VM and throws everything away if it started. The backing chain is followed.
    /// </summary>
    /// <param name="format">qcow2 or raw.</param>
    /// <param name="bitmap">Offered as <c>qemu:dirty-bitmap:</c> + its name. Of a chain only the top layer's bitmap is seen: with a backing file read in full.</param>
    /// <exception cref="FailureException">ToolMissing; CheckpointInconsistent (no such bitmap, or not usable); DiskReadFailed (cannot be opened).</exception>
    public static Task<QemuNbd> StartReadOnlyAsync(
        string image, string format, string export, string? bitmap, string socketPath, TimeProvider clock, CancellationToken ct) =>
        StartAsync(
            [
                "--read-only", .. bitmap is null ? Array.Empty<string>() : ["--bitmap", bitmap],
                "--image-opts", Describe(image, format) + ",force-share=on",
            ],
            export, socketPath,
            words => bitmap is not null && words.Contains("Bitmap", StringComparison.Ordinal)
                ? Failure.Of(FailureCode.CheckpointInconsistent, Stage.Read, ("disk", export), ("checkpoint", bitmap))
                : Failure.Of(FailureCode.DiskReadFailed, Stage.Read, ("disk", export), ("offset", "0")),
            clock, ct);

    /// <summary>
    /// Serves an existing image to be written, under QEMU's own lock; past the page cache where its file system can, for the reason told at
    /// <see cref="Targets.RawFileTarget"/>.
    /// </summary>
    /// <exception cref="FailureException">ToolMissing, TargetUnusable.</exception>
    public static Task<QemuNbd> StartWritableAsync(
        string image, string format, string export, string socketPath, TimeProvider clock, CancellationToken ct) =>
        StartAsync(
            [DiskCalls.CanBypassCache(image) ? "--cache=none" : "--cache=writeback", "--aio=threads", "--discard=unmap", "--image-opts", Describe(image, format)],
            export, socketPath, _ => Failure.Of(FailureCode.TargetUnusable, Stage.Restore, ("path", image)), clock, ct);

    public async ValueTask DisposeAsync()
    {
        await ChildProcess.EndAsync(_process, EndLimit, _clock).ConfigureAwait(false);
        _process.Dispose();
        File.Delete(SocketPath);
    }

    private static async Task<QemuNbd> StartAsync(
        IEnumerable<string> arguments, string export, string socketPath, Func<string, Failure> refused, TimeProvider clock, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        File.Delete(socketPath);
        string[] all = ["--persistent", "--shared=16", "--socket", socketPath, "--export-name", export, .. arguments];
        var server = new QemuNbd(await ChildProcess.StartAsync("qemu-nbd", all).ConfigureAwait(false), socketPath, export, clock);
        var serves = false;
        try
        {
            await server.WaitUntilItServesAsync(all, refused, ct).ConfigureAwait(false);
            serves = true;
            return server;
        }
        finally
        {
            if (!serves) await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitUntilItServesAsync(string[] arguments, Func<string, Failure> refused, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(StartLimit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            while (!_process.HasExited)
            {
                if (await GreetsAsync(either.Token).ConfigureAwait(false)) return;
                await Task.Delay(TimeSpan.FromMilliseconds(5), _clock, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new FailureException(refused("").With(new("qemu-nbd", $"did not serve within {StartLimit.TotalSeconds:0} s")));
        }
        if (_process.ExitCode == 127)
            throw new FailureException(FailureCode.ToolMissing, Stage.Preflight, ("tool", "qemu-nbd"), ("package", "qemu-utils"));
        var words = (await _errors.ConfigureAwait(false)).Trim();
        throw new FailureException(refused(words).With(new("qemu-nbd " + string.Join(' ', arguments), words)));
    }

    /// <summary>It listens before it has opened the image: only its greeting says that the image is open.</summary>
    private async Task<bool> GreetsAsync(CancellationToken ct)
    {
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), ct).ConfigureAwait(false);
            return await probe.ReceiveAsync(new byte[8], ct).ConfigureAwait(false) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>QEMU's key=value words; a comma in a name is doubled.</summary>
    private static string Describe(string image, string format)
    {
        if (format is not ("qcow2" or "raw")) throw new ArgumentOutOfRangeException(nameof(format), format, null);
        var device = HostFile.Find(image) is { IsBlockDevice: true };
        return $"driver={format},file.driver={(device ? "host_device" : "file")},file.filename={image.Replace(",", ",,", StringComparison.Ordinal)}";
    }
}
