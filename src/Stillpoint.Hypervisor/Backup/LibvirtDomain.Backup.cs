using System.Globalization;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    private const int LongestCheckpointName = 100;
    private const int LongestSocketPath = 107;
    private static readonly TimeSpan AbortBound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AbortPoll = TimeSpan.FromMilliseconds(20);

    public Task BeginBackupAsync(BackupRequest request, CancellationToken ct)
    {
        // Past 247 bytes libvirt fails only after it has made the bitmap, and leaks it.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Checkpoint?.Length ?? 0, LongestCheckpointName, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(System.Text.Encoding.UTF8.GetByteCount(request.SocketPath), LongestSocketPath, nameof(request));
        var (backup, checkpoint) = (BackupXml.Backup(request), BackupXml.Checkpoint(request));
        return RunAsync(Stage.Begin, domain =>
        {
            if (NativeMethods.virDomainBackupBegin(domain, backup, checkpoint, VirFlag.BackupReuseExternal) == 0) return 0;
            var error = NativeError.Last();
            throw BeginFailure(domain, request, error);
        }, ct);
    }

    private Exception BeginFailure(DomainHandle domain, BackupRequest request, NativeError error)
    {
        const string call = "virDomainBackupBegin";
        var failure = error.Code switch
        {
            VirError.OperationUnsupported or VirError.OperationInvalid when IsOff(domain) =>
                Failure.Of(FailureCode.VmNotRunning, Stage.Begin, ("vm", Name)),
            VirError.OperationTimeout => Failure.Of(FailureCode.VmBusyWithOtherJob, Stage.Begin, ("vm", Name)).CanRetry(),
            VirError.Internal when error.Message.Contains("has a blockjob assigned", StringComparison.Ordinal) =>
                Failure.Of(FailureCode.VmBusyWithOtherJob, Stage.Begin, ("vm", Name)).CanRetry(),
            // Some image holds a bitmap of the new checkpoint's name: with another name, which the next attempt has, it works.
            VirError.Internal when request.Checkpoint is { } name && error.Message.Contains("Bitmap already exists: " + name, StringComparison.Ordinal) =>
                Failure.Of(FailureCode.CheckpointInconsistent, Stage.Begin, ("checkpoint", name)).CanRetry(),
            VirError.InvalidArgument or VirError.SystemError or VirError.Internal when ScratchNamed(request, error) is { } path =>
                Failure.Of(FailureCode.ScratchUnusable, Stage.Begin, ("path", path)),
            _ => null,
        };
        return failure is null
            ? new LibvirtException(call, error)
            : new FailureException(failure.With(LibvirtFailures.Evidence(call, error)));
    }

    /// <summary>A path in a message is the same in every language.</summary>
    private static string? ScratchNamed(BackupRequest request, NativeError error) =>
        request.Disks.Select(d => d.ScratchPath).FirstOrDefault(path => error.Message.Contains(path, StringComparison.Ordinal));

    public Task<bool> OwnsBackupAsync(string socketPath, CancellationToken ct) => RunAsync(
        Stage.Reconcile, domain => RunningBackupXml(domain) is { } xml && BackupXml.Socket(xml) == socketPath, ct);

    public async Task AbortJobAsync(CancellationToken ct)
    {
        await RunAsync(Stage.Release, Abort, ct).ConfigureAwait(false);
        // libvirt answers before QEMU has ended the job; until then its socket and its name for the scratch files stand.
        var since = connection.Clock.GetTimestamp();
        while (await GetJobAsync(ct).ConfigureAwait(false) is { IsBackup: true } && connection.Clock.GetElapsedTime(since) < AbortBound)
            await Task.Delay(AbortPoll, connection.Clock, ct).ConfigureAwait(false);
    }

    private static int Abort(DomainHandle domain)
    {
        if (NativeMethods.virDomainAbortJob(domain) == 0) return 0;
        var error = NativeError.Last();
        // No job, or no running domain: both are what was wanted.
        return error.Code == VirError.OperationInvalid ? 0 : throw new LibvirtException("virDomainAbortJob", error);
    }

    public Task SetScratchThresholdAsync(string disk, long bytes, CancellationToken ct) => RunAsync(Stage.Read, domain =>
    {
        var xml = RunningBackupXml(domain) ?? throw new FailureException(FailureCode.VmStoppedDuringJob, Stage.Read, ("vm", Name));
        var device = string.Create(CultureInfo.InvariantCulture, $"{disk}[{BackupXml.ScratchIndexes(xml)[disk]}]");
        return Check.Result(NativeMethods.virDomainSetBlockThreshold(domain, device, (ulong)bytes, 0), "virDomainSetBlockThreshold");
    }, ct);

    public Task<IReadOnlyDictionary<string, long>> GetScratchUseAsync(CancellationToken ct) => RunAsync(Stage.Read, domain =>
    {
        if (RunningBackupXml(domain) is not { } xml) return new Dictionary<string, long>();
        var allocations = BlockStats.AllocationsByIndex(domain);
        return (IReadOnlyDictionary<string, long>)BackupXml.ScratchIndexes(xml)
            .ToDictionary(d => d.Key, d => allocations.GetValueOrDefault(d.Value), StringComparer.Ordinal);
    }, ct);

    public Task<RunningJob?> GetJobAsync(CancellationToken ct) => RunAsync(Stage.Preflight, JobStats.Read, ct);

    private static string? RunningBackupXml(DomainHandle domain)
    {
        var xml = NativeMethods.virDomainBackupGetXMLDesc(domain, 0);
        if (xml != 0) return NativeText.Take(xml);
        var error = NativeError.Last();
        return error.Code is VirError.NoBackup or VirError.OperationInvalid
            ? null : throw new LibvirtException("virDomainBackupGetXMLDesc", error);
    }
}
