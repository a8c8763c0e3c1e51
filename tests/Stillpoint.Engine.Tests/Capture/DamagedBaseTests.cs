using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Reconcile;
using Stillpoint.Engine.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;
using Xunit;

namespace Stillpoint.Engine.Tests.Capture;

/// <summary>A vault in a folder, a byte of a page of the last point changed there: the next increment reads the disk in full by itself, and the one after it is an increment again.</summary>
public sealed class DamagedBaseTests : IDisposable
{
    private const int Block = 64 * 1024, Size = 40 * Block;
    private static readonly SeriesId Series = new(Guid.Parse("6f1d2a34-0000-4000-8000-000000000007"));
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"stillpoint-base-{Guid.NewGuid():N}");

    [Fact]
    public async Task Increment_OnADamagedPage_ReadsInFullAndWarns_TheNextIsAnIncrement()
    {
        Directory.CreateDirectory(_folder);
        await VaultInit.CreateAsync(new FolderStore(_folder), new(Block, PassphraseRounds: 1), new("p"), TimeProvider.System, default);
        var content = new byte[Size];
        new Random(1).NextBytes(content.AsSpan(0, 30 * Block));
        var (first, _, _) = await BackUpAsync(content, null);

        var pack = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "pages"), "*", SearchOption.AllDirectories));
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[100] ^= 4;
        await File.WriteAllBytesAsync(pack, bytes);

        content[5 * Block] ^= 1;
        var (second, mode, warnings) = await BackUpAsync(content, first);
        Assert.Equal(ReadMode.Full, mode);
        var warning = Assert.Single(warnings);
        Assert.Equal((FailureCode.VaultBaseDamaged, "vda"), (warning.Code, warning.Arguments["disk"]));
        Assert.NotEmpty(warning.Evidence);

        content[6 * Block] ^= 1;
        var (third, again, none) = await BackUpAsync(content, second);
        Assert.Equal((ReadMode.Incremental, 0), (again, none.Count));
        await using var vault = await OpenAsync();
        await using var reader = await vault.OpenTreeAsync(third, "vda", default);
        var read = new byte[Size];
        await reader.ReadAsync(0, read, default);
        Assert.Equal(content, read);
        var report = await VaultVerify.FullAsync(vault, null, default);
        Assert.Equal([first.Id], report.Points.Select(p => p.Point));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>An increment's bitmap says that block 5 and 6 were written to.</summary>
    private async Task<(PointInfo Point, ReadMode Mode, IReadOnlyList<Failure> Warnings)> BackUpAsync(byte[] content, PointInfo? @base)
    {
        await using var vault = await OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), Series, "web", @base, default);
        var job = JobId.New(TimeProvider.System);
        var report = new CaptureReport(job, new NoEvents(), TimeProvider.System);
        var disk = new DomainDisk("vda", "disk", DiskSourceKind.File, "qcow2", "/vda.qcow2", false, false, null);
        var plan = new CapturePlan(
            new("<domain/>", [disk], null, null, null, false, true), "<domain/>", false,
            [new(disk, Size, @base is null ? null : "checkpoint", @base?.FindTree("vda"), null, true)], [], 1, @base, true, false, [], false);
        var order = new BackupOrder(job, "web", CapturePolicy.Default with { SampleShare = 1 }, new HashSet<string>());
        DiskExtent[] extents = @base is null
            ? [new(0, 30 * Block, false, true), new(30 * Block, 10 * Block, true, true)]
            : [new(0, 5 * Block, false, false), new(5 * Block, 2 * Block, false, true), new(7 * Block, 23 * Block, false, false), new(30 * Block, 10 * Block, true, false)];
        var done = await new DiskReading(order, plan, writer, report, new NoEvents(), NoHooks.Instance, TimeProvider.System)
            .RunAsync(_ => Task.FromResult<IDiskSource>(new MemoryDisk(content, extents)), default);
        return (await writer.CommitAsync(2, default, default), Assert.Single(done).Done.Mode, report.Warnings);
    }

    private Task<OpenVault> OpenAsync() => OpenVault.OpenAsync(new FolderStore(_folder), new Passphrase("p"), TimeProvider.System, default);
}
