using System.Text;
using Stillpoint.Engine.Journal;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Reconcile;

/// <summary>
/// Other tools refuse to work on a VM that has a checkpoint they did not make. Where theirs are seen, ours are hidden between jobs, however a job
/// ended: the metadata leaves libvirt and lies in the data folder, the bitmap records on in the image.
/// </summary>
internal sealed class HiddenCheckpoints(EnginePaths paths)
{
    /// <summary>Hides this vault's checkpoints, if there are other tools' beside them. May be done twice.</summary>
    public async Task HideAsync(IDomain domain, VaultId vault, CancellationToken ct)
    {
        var names = (await domain.ListCheckpointsAsync(ct)).Select(c => c.Name).ToList();
        if (names.TrueForAll(CheckpointName.IsOurs)) return;
        Directory.CreateDirectory(FolderOf(domain));
        // The oldest first: each is then nobody's child, and comes back without the others.
        foreach (var name in names.Where(n => CheckpointName.TryParse(n, vault, out _)).Order(StringComparer.Ordinal))
            await domain.HideCheckpointAsync(name, xml => DurableFile.Write(PathOf(domain, name), Encoding.UTF8.GetBytes(xml)), ct);
    }

    /// <summary>A hidden checkpoint that libvirt will not take back (the bitmap is gone) is forgotten: it is no base any more.</summary>
    public async Task BringBackAsync(IDomain domain, VaultId vault, CancellationToken ct)
    {
        if (!Directory.Exists(FolderOf(domain))) return;
        foreach (var path in Directory.GetFiles(FolderOf(domain), "*.xml").Order(StringComparer.Ordinal))
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
