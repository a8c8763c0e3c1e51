using Stillpoint.Hypervisor.Host;
using Stillpoint.Hypervisor.Images;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor;

internal sealed partial class LibvirtDomain
{
    public async Task<RemovedBitmaps> RemoveBitmapsAsync(string prefix, CancellationToken ct)
    {
        var (live, images) = await RunAsync(
            Stage.Release,
            domain => IsOff(domain) ? ((RemovedBitmaps?)null, (IReadOnlyList<string>)TrackableImages(domain)) : (LiveBitmaps.RemoveAll(domain, prefix), []),
            ct).ConfigureAwait(false);
        if (live is not null) return live;
        SortedSet<string> found = new(StringComparer.Ordinal), left = new(StringComparer.Ordinal);
        foreach (var image in images.Where(File.Exists))
        {
            foreach (var name in await OursAsync(image).ConfigureAwait(false))
            {
                found.Add(name);
                await OfflineBitmaps.RemoveAsync(image, name, connection.Clock, ct).ConfigureAwait(false);
            }
            // Removing may fail without a word, as when the VM was started meanwhile: what counts is what is there.
            left.UnionWith(await OursAsync(image).ConfigureAwait(false));
        }
        return new([.. found.Except(left)], [.. left]);

        async Task<string[]> OursAsync(string image) =>
            [.. (await QemuImg.ListBitmapsAsync(image, ct).ConfigureAwait(false)).Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
