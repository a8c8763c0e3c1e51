using System.Runtime.CompilerServices;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Hypervisor;
using Stillpoint.Hypervisor.Images;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>The VM's disks, and what is known of their changes: formats, checkpoints and bitmaps, disks newer than the last checkpoint.</summary>
internal sealed class DiskProbe(IDomain domain, DomainConfig config, bool off, TimeProvider clock) : IFactSource
{
    /// <summary>Drives that nobody expects in a backup.</summary>
    private static readonly string[] Removable = ["cdrom", "floppy"];

    public string Name => "disks";

    public async IAsyncEnumerable<Fact> CollectAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var disk in config.Disks)
        {
            yield return Fact("host.disk.format:" + disk.Name, disk.Format, "domain XML");
            if (disk.Unsupported is { } why && !Removable.Contains(disk.Device))
                yield return Fact("host.disk.unsupported:" + disk.Name, why.Arguments.GetValueOrDefault("reason") ?? "", "domain XML");
        }
        if (await domain.HasInternalSnapshotsAsync(ct)) yield return Fact("domain.internal-snapshots", "true", "virDomainListAllSnapshots");
        foreach (var fact in await ImagesAsync(ct)) yield return fact;
        var checkpoints = await domain.ListCheckpointsAsync(ct);
        foreach (var checkpoint in checkpoints)
            yield return Fact("host.checkpoint:" + checkpoint.Name, CheckpointName.IsOurs(checkpoint.Name) ? "own" : "foreign", "virDomainListAllCheckpoints");
        var own = checkpoints.Where(c => CheckpointName.IsOurs(c.Name)).OrderBy(c => c.Created).ToArray();
        foreach (var fact in await BitmapsAsync(own, ct)) yield return fact;
        if (own.Length == 0 || own[^1].UsableBitmaps is not { } tracked) yield break;
        // Only a disk that could have been in it: a raw one never is.
        foreach (var disk in config.Disks.Where(d => d.CanTrack && d.Unsupported is null && !tracked.ContainsKey(d.Name)))
            yield return Fact("host.disk-added:" + disk.Name, own[^1].Name, "virDomainListAllCheckpoints");
    }

    /// <summary>QEMU is asked only when libvirt says that something is wrong: asking marks the domain in libvirt's log.</summary>
    private async Task<List<Fact>> BitmapsAsync(Checkpoint[] own, CancellationToken ct)
    {
        var facts = new List<Fact>();
        var doubtful = own.SelectMany(c => c.UsableBitmaps ?? new Dictionary<string, bool>(), (c, b) => (Checkpoint: c.Name, Disk: b.Key, Usable: b.Value))
            .Where(b => !b.Usable).ToArray();
        var live = doubtful.Length == 0 ? [] : await domain.ListLiveBitmapsAsync(ct);
        foreach (var (checkpoint, name, _) in doubtful)
        {
            var disk = config.Disks.FirstOrDefault(d => d.Name == name);
            var top = live.FirstOrDefault(b => b.Name == checkpoint && b.File == disk?.Source);
            var below = live.FirstOrDefault(b => b.Name == checkpoint && b.File != disk?.Source);
            if (top is null && below is not null && disk is { HasBackingChain: true })
                facts.Add(Fact("host.overlay-since-point:" + name, disk.Source ?? "", "domain XML"));
            facts.Add(Fact($"host.bitmap:{name}/{checkpoint}", top is { Broken: true } ? "inconsistent" : "missing", "query-named-block-nodes"));
        }
        return facts;
    }

    /// <summary>Of a VM that is off the images themselves can be asked, and whether somebody else has them open.</summary>
    private async Task<List<Fact>> ImagesAsync(CancellationToken ct)
    {
        var facts = new List<Fact>();
        foreach (var disk in config.Disks.Where(d => d is { Format: "qcow2", Source: not null, Unsupported: null }))
        {
            try
            {
                var image = await QemuImg.DescribeAsync(disk.Source!, alone: off, ct);
                if (image.Compat is { } compat) facts.Add(Fact("host.disk.compat:" + disk.Name, compat, "qemu-img info"));
                if (image.Corrupt) facts.Add(Fact("host.image-corrupt:" + disk.Source, "true", "qemu-img info"));
            }
            catch (FailureException e) when (e.Failure.Code == FailureCode.ToolFailed)
            {
                foreach (var line in e.Failure.Evidence.SelectMany(v => v.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
                    facts.Add(Fact("line.host", line.Trim(), "qemu-img info"));
            }
        }
        return facts;
    }

    private Fact Fact(string name, string value, string source) => new(name, value, source, clock.GetUtcNow());
}
