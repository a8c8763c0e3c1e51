namespace Stillpoint.TestKit;

/// <summary>The one guest image (eng/guest/build), built once per recipe and machine, then shared and never written to.</summary>
public sealed record GuestImage(string Folder)
{
    public string SystemDisk => Path.Combine(Folder, "system.qcow2");

    public string DataDisk => Path.Combine(Folder, "data.raw");

    public string Kernel => Path.Combine(Folder, "vmlinuz");

    /// <summary>Takes about a minute when it is not built yet.</summary>
    /// <param name="with">A Debian package that it has besides: an image of its own.</param>
    public static async Task<GuestImage> GetAsync(string? with = null)
    {
        var build = new ToolCall(Repository.PathOf("eng", "guest", "build"), with is null ? [] : ["--with", with], TimeSpan.FromMinutes(10));
        var built = (await Tool.RunAsync(build)).Must();
        return new GuestImage(built.Out.Trim());
    }

    /// <summary><c>kvm</c> or <c>tcg</c>: what this machine truly runs guests with.</summary>
    public async Task<string> AcceleratorAsync() => (await Tool.RunAsync(Repository.PathOf("eng", "demo", "accel"), Kernel)).Must().Out.Trim();
}
