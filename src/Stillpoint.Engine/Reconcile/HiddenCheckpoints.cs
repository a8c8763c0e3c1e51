using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Reconcile;

/// <summary>
/// Other tools refuse to work on a VM that has a checkpoint they did not make. Where theirs are seen, ours is hidden between jobs: its metadata
/// leaves libvirt and lies in the data folder, its bitmap records on in the image.
/// </summary>
internal sealed class HiddenCheckpoints(EnginePaths paths)
{
    public async Task HideAsync(IDomain domain, string checkpoint, CancellationToken ct)
    {
        Directory.CreateDirectory(FolderOf(domain));
        var path = PathOf(domain, checkpoint);
        var xml = await domain.HideCheckpointAsync(checkpoint, ct);
        DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(xml));
    }

    /// <summary>A hidden checkpoint that libvirt will not take back (the bitmap is gone) is forgotten: it is no base any more.</summary>
    public async Task BringBackAsync(IDomain domain, VaultId vault, CancellationToken ct)
    {
        if (!Directory.Exists(FolderOf(domain))) return;
        foreach (var path in Directory.GetFiles(FolderOf(domain), "*.xml"))
        {
            if (!CheckpointName.TryParse(Path.GetFileNameWithoutExtension(path), vault, out _)) continue;
            try
            {
                await domain.RedefineCheckpointAsync(await File.ReadAllTextAsync(path, ct), ct);
            }
            catch (FailureException e) when (e.Failure.Code is FailureCode.CheckpointInconsistent or FailureCode.HostRefused)
            {
            }
            DurableFile.Delete(path);
        }
    }

    /// <returns>Names of the checkpoints that cannot be brought back any more.</returns>
    public IReadOnlyList<string> Forget(IDomain domain)
    {
        if (!Directory.Exists(FolderOf(domain))) return [];
        var names = new List<string>();
        foreach (var path in Directory.GetFiles(FolderOf(domain), "*.xml").Order(StringComparer.Ordinal))
        {
            DurableFile.Delete(path);
            names.Add(Path.GetFileNameWithoutExtension(path));
        }
        return names;
    }

    private string FolderOf(IDomain domain) => Path.Combine(paths.Data, "checkpoints", domain.Id.ToString());

    private string PathOf(IDomain domain, string checkpoint) => Path.Combine(FolderOf(domain), checkpoint + ".xml");
}
