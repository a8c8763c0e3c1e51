using System.Diagnostics;
using Stillpoint.Hypervisor;

namespace Stillpoint.Bench.ServiceLoad;

/// <summary>A libvirtd with VMs that are off, a vault and a catalog: what the service finds when it starts.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly string Libvirtd = Path.Combine(Repository.Root, "eng", "demo", "private-libvirtd");
    private readonly string _root;

    private Site(string root) => _root = root;

    public string Uri { get; private set; } = "";

    public string Data => Path.Combine(_root, "data");

    public string Vault => Path.Combine(_root, "vault");

    public string PassphraseFile => Path.Combine(_root, "passphrase");

    public static async Task<Site> BuildAsync(string work, Size size)
    {
        var site = new Site(Path.Combine(work, "sl"));
        if (Directory.Exists(site._root)) Directory.Delete(site._root, recursive: true);
        Directory.CreateDirectory(site._root);
        try
        {
            await File.WriteAllTextAsync(site.PassphraseFile, "bench\n");
            File.SetUnixFileMode(site.PassphraseFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            site.Uri = Run(Libvirtd, "start", Path.Combine(site._root, "lv"));
            await DefineAsync(site.Uri, size.Vms);
            Console.WriteLine($"{size.Vms} VMs");
            await Points.WriteAsync(site.Vault, size, TimeProvider.System.GetUtcNow());
            Console.WriteLine($"{size.Points} points");
            History.Write(site.Data, site.Vault, size, TimeProvider.System.GetUtcNow());
            Console.WriteLine($"{size.Jobs} jobs");
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>VMs are numbered from 0 on; their ids too.</summary>
    public static Guid IdOf(int vm) => new(vm + 1, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0x5E, 0x0C);

    public static string NameOf(int vm) => $"vm-{vm:0000}";

    public ValueTask DisposeAsync()
    {
        Run(Libvirtd, "stop", Path.Combine(_root, "lv"));
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task DefineAsync(string uri, int vms)
    {
        await using var host = await LibvirtHost.ConnectAsync(HostUri.Parse(uri), TimeProvider.System, default);
        for (var vm = 0; vm < vms; vm++)
            await host.DefineAsync(
                $"""
                <domain type='qemu'><name>{NameOf(vm)}</name><uuid>{IdOf(vm)}</uuid><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
                <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/nowhere/{vm}.qcow2'/><target dev='vda' bus='virtio'/></disk></devices></domain>
                """, default);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
