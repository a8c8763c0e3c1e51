using Stillpoint.Engine.Interop;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Targets;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

/// <summary>
/// The end of a restore in place: old files step aside, the old definition goes, new files take their places, the VM is defined. Runs from its
/// journal entry alone; whatever step it was stopped at, running it again goes on from there. Until the last step all old files are there whole.
/// </summary>
internal sealed class FileSwap(IHypervisorHost host, RestoreJournal journal, IRestoreHooks hooks)
{
    /// <summary>
    /// Whether the old VM still is as it was: then a swap that was interrupted is taken back, not finished, since the VM may have run meanwhile.
    /// Once a file has stepped aside it cannot have.
    /// </summary>
    public static bool NothingMoved(SwapPlan swap) => !swap.Undefined && swap.Files.All(f => HostFile.Find(f.Old) is null);

    /// <exception cref="FailureException">VmRunning: somebody started it meanwhile, and the swap is no more. TargetUnusable, or the host's: the entry stays.</exception>
    public async Task<IDomain> FinishAsync(CancellationToken ct)
    {
        var swap = journal.Entry.Swap!;
        if (!swap.Defined)
        {
            if (!swap.Undefined)
            {
                var old = await RestoreChecks.FindAsync(host, swap.VmId, ct);
                if (old is not null) await MustBeOffAsync(old, swap, ct);
                await StepAsync(swap, StepAside, RestoreStep.OldMoved, ct);
                // After the NVRAM stepped aside, since removing a definition removes the file at its NVRAM's path.
                if (old is not null) await old.UndefineAsync(ct);
                journal.UpdateSwap(s => s with { Undefined = true });
                await hooks.ReachedAsync(RestoreStep.Undefined, ct);
            }
            await StepAsync(swap, TakePlace, RestoreStep.NewInPlace, ct);
            var defined = await host.DefineAsync(swap.DomainXml, ct);
            if (swap.Autostart) await defined.SetAutostartAsync(true, ct);
            journal.UpdateSwap(s => s with { Defined = true });
            await hooks.ReachedAsync(RestoreStep.Defined, ct);
        }
        if (!swap.KeepOld) await StepAsync(swap, file => File.Delete(file.Old), RestoreStep.OldDeleted, ct);
        Capture.JobFolder.Remove(journal.Entry.WorkFolder);
        journal.Close();
        return await host.FindDomainAsync(swap.VmId, ct);
    }

    private async Task MustBeOffAsync(IDomain old, SwapPlan swap, CancellationToken ct)
    {
        var off = false;
        try
        {
            await RestoreChecks.MustBeOffAsync(old, ct);
            off = true;
        }
        finally
        {
            // Somebody started it meanwhile and goes on working with the old disks: this restore must never come back to them.
            if (!off && NothingMoved(swap)) journal.Update(e => e with { Swap = null });
        }
    }

    private async Task StepAsync(SwapPlan swap, Action<SwapFile> step, RestoreStep reached, CancellationToken ct)
    {
        foreach (var file in swap.Files)
        {
            try
            {
                step(file);
                FileSystem.SyncFolder(Path.GetDirectoryName(file.Place)!);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw NewFiles.Unusable(file.Place, error);
            }
            await hooks.ReachedAsync(reached, ct);
        }
    }

    private static void StepAside(SwapFile file)
    {
        // The new one gone means that this file was done before.
        if (HostFile.Find(file.New) is null || HostFile.Find(file.Place) is null || HostFile.Find(file.Old) is not null) return;
        File.Move(file.Place, file.Old);
    }

    private static void TakePlace(SwapFile file)
    {
        if (HostFile.Find(file.New) is not null) File.Move(file.New, file.Place, overwrite: true);
    }
}
