using System.Text.Json;
using Stillpoint.Hypervisor;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Live;

/// <summary>One libvirtd and one booted guest for all live tests, which run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LiveCollection : ICollectionFixture<LiveSuite>
{
    public const string Name = "live";
}

public sealed class LiveSuite : IAsyncDisposable
{
    private readonly VmSuite _suite = new();
    private int _number;

    internal async Task<LiveVm> OpenAsync()
    {
        Needs.VirtualMachine();
        var guest = await _suite.GuestAsync();
        var host = await LibvirtHost.ConnectAsync(HostUri.Parse(guest.Libvirt.Uri), TimeProvider.System, CancellationToken.None);
        return new(guest, host, await host.FindDomainAsync(guest.Name, CancellationToken.None), ++_number);
    }

    public ValueTask DisposeAsync() => _suite.DisposeAsync();
}

/// <summary>A test's view of the guest. At its end no job is left; checkpoints are the test's to remove.</summary>
internal sealed class LiveVm(TestGuest guest, LibvirtHost host, IDomain domain, int number) : IAsyncDisposable
{
    public TestGuest Guest => guest;

    public LibvirtHost Host => host;

    public IDomain Domain => domain;

    public string Socket { get; } = Path.Combine(guest.Libvirt.Folder, $"nbd{number}.sock");

    public string Scratch(string disk) => Path.Combine(guest.Libvirt.Folder, $"scratch{number}-{disk}.qcow2");

    /// <summary>A request over both disks, its scratch files made as the engine makes them.</summary>
    public async Task<BackupRequest> RequestAsync(string checkpoint, string? vdaBase)
    {
        foreach (var (disk, image) in new[] { ("vda", guest.SystemDisk), ("vdb", guest.DataDisk) })
        {
            File.Delete(Scratch(disk));
            using var info = JsonDocument.Parse((await Tool.RunAsync("qemu-img", "info", "-U", "--output=json", image)).Must().Out);
            var size = info.RootElement.GetProperty("virtual-size").GetInt64();
            (await Tool.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", Scratch(disk), $"{size}")).Must();
        }
        return new(Socket, checkpoint, [new("vda", Scratch("vda"), vdaBase, InCheckpoint: true), new("vdb", Scratch("vdb"), null, InCheckpoint: false)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (host.IsAlive) await domain.AbortJobAsync(CancellationToken.None);
        foreach (var disk in new[] { "vda", "vdb" }) File.Delete(Scratch(disk));
        await host.DisposeAsync();
    }
}
