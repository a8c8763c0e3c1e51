using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Tests.Hosting;

/// <summary>Points in a real vault without a VM: one disk "vda" of known bytes.</summary>
internal static class KnownPoint
{
    /// <summary>Not a multiple of any block size, with a hole of zeroes in the middle.</summary>
    public static byte[] Disk(int seed)
    {
        var bytes = new byte[1_000_000];
        new Random(seed).NextBytes(bytes);
        bytes.AsSpan(300_000, 400_000).Clear();
        return bytes;
    }

    public static async Task<string> AddAsync(string vaultFolder, byte[] disk, VmId? vm = null, string name = FakeHost.VmName, DateTimeOffset? taken = null)
    {
        var id = vm ?? FakeHost.Vm;
        await using var vault = await OpenVault.OpenAsync(
            new FolderStore(vaultFolder), VaultSecret.FromPassphrase("open sesame"), TimeProvider.System, CancellationToken.None);
        var point = PointId.New(TimeProvider.System);
        await using var writer = await vault.BeginPointAsync(point, new(id.Value), name, null, CancellationToken.None);
        var tree = writer.BeginTree("vda", disk.Length, null);
        for (var block = 0; block < tree.BlockCount; block++)
        {
            var at = block * writer.BlockSize;
            tree.Put(block, disk.AsSpan(at, Math.Min(writer.BlockSize, disk.Length - at)));
        }
        var metadata = new PointMetadata
        {
            VmId = id.ToString(),
            VmName = name,
            HostName = "host",
            Taken = taken ?? FakeEngine.Taken,
            Consistency = "crash",
            Reason = new("agent-not-configured", "freeze", new Dictionary<string, string>()),
            Disks = [new("vda", "raw", disk.Length, "full", disk.Length, disk.Length, null)],
            LeftOut = [new("sda", "cdrom", new("disk-unsupported", "reconcile", new Dictionary<string, string> { ["disk"] = "sda", ["reason"] = "cdrom" }))],
            DomainXml = "<domain/>",
        };
        return (await writer.CommitAsync((int)Consistency.Crash, metadata.ToBytes(), CancellationToken.None)).Id.ToString();
    }
}
