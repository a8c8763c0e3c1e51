using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Points;
using Stillpoint.Vault.Sealed;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Bench.ServiceLoad;

/// <summary>A vault of manifests alone, as they lie there after years; written as files, since two hundred thousand commits with their syncs would take hours.</summary>
internal static class Points
{
    public static async Task WriteAsync(string folder, Size size, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        var store = new FolderStore(folder);
        await VaultInit.CreateAsync(store, new(PassphraseRounds: 1000), "bench", TimeProvider.System, default);
        await using var vault = await OpenVault.OpenAsync(store, VaultSecret.FromPassphrase("bench"), TimeProvider.System, default);
        Parallel.For(0, size.Vms, vm =>
        {
            var series = new SeriesId(Site.IdOf(vm));
            Directory.CreateDirectory(Path.Combine(folder, "points", series.ToString()));
            var nights = size.Points / size.Vms;
            for (var night = 0; night < nights; night++)
            {
                var taken = now.AddDays(night - nights).AddSeconds(vm);
                var point = new PointInfo(
                    new(Ulid.At(taken)), series, Site.NameOf(vm), taken, (int)Consistency.FileSystem, [new("vda", 20L << 30, new BlockId(1, 2, 3, (ulong)vm))],
                    MetadataOf(vm, taken).ToBytes(), 90L << 20);
                var name = Manifest.NameOf(series, point.Id);
                File.WriteAllBytes(Path.Combine(folder, name), SealedObject.Seal(vault.Parts.Keys, SealedKind.Manifest, name, Manifest.Write(point, default)));
            }
        });
    }

    /// <summary>As a real one: most of it is libvirt's XML.</summary>
    private static PointMetadata MetadataOf(int vm, DateTimeOffset taken) => new()
    {
        VmId = Site.IdOf(vm).ToString(), VmName = Site.NameOf(vm), HostName = "host", Taken = taken, Consistency = "file-system", FrozenMilliseconds = 120,
        Disks = [new("vda", "qcow2", 20L << 30, "incremental", 400L << 20, 300L << 20, "/var/lib/libvirt/images/vda.qcow2")],
        DomainXml = string.Concat(Enumerable.Range(0, 60).Select(i => $"<controller type='usb' index='{i}' model='qemu-xhci' ports='15'><alias name='usb{vm}'/></controller>\n")),
        LastFullRead = new Dictionary<string, DateTimeOffset> { ["vda"] = taken },
    };
}
