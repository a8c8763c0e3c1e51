using System.Runtime.InteropServices;
using Stillpoint.Hypervisor.Host;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    public async Task<IReadOnlyList<Checkpoint>> ListCheckpointsAsync(CancellationToken ct) =>
        await RunAsync(Stage.Reconcile, ReadCheckpoints, ct).ConfigureAwait(false);

    private static unsafe List<Checkpoint> ReadCheckpoints(DomainHandle domain)
    {
        var count = Check.Result(NativeMethods.virDomainListAllCheckpoints(domain, out var array, 0), "virDomainListAllCheckpoints");
        var handles = new List<CheckpointHandle>(count);
        for (var i = 0; i < count; i++) handles.Add(new(array[i]));
        NativeMemory.Free(array);
        try
        {
            return [.. handles.Select(h => ReadCheckpoint(domain, h))];
        }
        finally
        {
            foreach (var handle in handles) handle.Dispose();
        }
    }

    private static Checkpoint ReadCheckpoint(DomainHandle domain, CheckpointHandle checkpoint)
    {
        var xml = NativeMethods.virDomainCheckpointGetXMLDesc(checkpoint, VirFlag.CheckpointXmlSize | VirFlag.CheckpointXmlNoDomain);
        if (xml != 0) return CheckpointXml.Parse(NativeText.Take(xml), sized: true);
        var error = NativeError.Last();
        // Sizes are a running QEMU's to tell.
        if (error.Code != VirError.OperationInvalid || !IsOff(domain)) throw new LibvirtException("virDomainCheckpointGetXMLDesc", error);
        xml = NativeMethods.virDomainCheckpointGetXMLDesc(checkpoint, VirFlag.CheckpointXmlNoDomain);
        return CheckpointXml.Parse(Check.Text(xml, "virDomainCheckpointGetXMLDesc"), sized: false);
    }

    public async Task DeleteCheckpointAsync(string checkpoint, CancellationToken ct)
    {
        var images = await RunAsync(Stage.Release, domain => Delete(domain, checkpoint), ct).ConfigureAwait(false);
        // Only a powered-off VM leaves images to be cleaned; see OfflineBitmaps for why a failure there is no failure here.
        foreach (var image in images) await OfflineBitmaps.RemoveAsync(image, checkpoint, connection.Clock, ct).ConfigureAwait(false);
    }

    /// <returns>Images in which the bitmap must still be removed, the VM being off.</returns>
    private static IReadOnlyList<string> Delete(DomainHandle domain, string checkpoint)
    {
        using var found = NativeMethods.virDomainCheckpointLookupByName(domain, checkpoint, 0);
        if (found.IsInvalid)
        {
            var error = NativeError.Last();
            return error.Code == VirError.NoCheckpoint ? [] : throw new LibvirtException("virDomainCheckpointLookupByName", error);
        }
        if (NativeMethods.virDomainCheckpointDelete(found, 0) == 0) return [];
        var refused = NativeError.Last();
        // Off (unsupported), or a bitmap is missing on one disk and libvirt then removes none (internal error).
        if (refused.Code is not (VirError.OperationUnsupported or VirError.Internal or VirError.CheckpointInconsistent))
            throw new LibvirtException("virDomainCheckpointDelete", refused);
        var off = IsOff(domain);
        // Listed while the metadata is still there: if the removal below fails, the next attempt starts from the same place.
        IReadOnlyList<string> images = off ? TrackableImages(domain) : [];
        if (!off) LiveBitmaps.Remove(domain, checkpoint);
        Check.Result(NativeMethods.virDomainCheckpointDelete(found, VirFlag.CheckpointDeleteMetadataOnly), "virDomainCheckpointDelete");
        return images;
    }

    private static List<string> TrackableImages(DomainHandle domain)
    {
        var xml = Check.Text(NativeMethods.virDomainGetXMLDesc(domain, VirFlag.XmlInactive), "virDomainGetXMLDesc");
        return [.. DomainXml.Parse(xml).Disks.Where(d => d.CanTrack && d.Source is not null).Select(d => d.Source!)];
    }

    public Task HideCheckpointAsync(string checkpoint, Action<string> keep, CancellationToken ct) => RunAsync(Stage.Release, domain =>
    {
        const string lookup = "virDomainCheckpointLookupByName";
        using var found = Check.Handle(NativeMethods.virDomainCheckpointLookupByName(domain, checkpoint, 0), lookup);
        keep(Check.Text(NativeMethods.virDomainCheckpointGetXMLDesc(found, 0), "virDomainCheckpointGetXMLDesc"));
        Check.Result(NativeMethods.virDomainCheckpointDelete(found, VirFlag.CheckpointDeleteMetadataOnly), "virDomainCheckpointDelete");
        return 0;
    }, ct);

    public Task RedefineCheckpointAsync(string xml, CancellationToken ct) => RunAsync(Stage.Reconcile, domain =>
    {
        // Only a running QEMU can be asked whether the bitmaps are there.
        var flags = IsOff(domain) ? VirFlag.CheckpointRedefine : VirFlag.CheckpointRedefine | VirFlag.CheckpointRedefineValidate;
        Check.Handle(NativeMethods.virDomainCheckpointCreateXML(domain, xml, flags), "virDomainCheckpointCreateXML").Dispose();
        return 0;
    }, ct);
}
