using System.Text.Json;
using System.Xml.Linq;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests;

/// <summary>What tests ask of libvirt and of images, by stock tools.</summary>
internal static class Disks
{
    /// <summary>Whole disks: same length, same bytes, whatever the formats and whatever is allocated. Throws with qemu-img's words.</summary>
    public static async Task MustBeEqualAsync(string one, string other)
    {
        Assert.Equal(await LengthAsync(one), await LengthAsync(other));
        (await Tool.RunAsync("qemu-img", "compare", "-f", Format(one), "-F", Format(other), one, other)).Must();
    }

    /// <summary>Target to file.</summary>
    public static async Task<Dictionary<string, string>> DisksAsync(this PrivateLibvirt libvirt, string vm)
    {
        var xml = XElement.Parse((await libvirt.VirshAsync("dumpxml", vm)).Must().Out);
        return xml.Descendants("disk").ToDictionary(
            disk => (string)disk.Element("target")!.Attribute("dev")!, disk => (string)disk.Element("source")!.Attribute("file")!);
    }

    public static async Task<string> UuidAsync(this PrivateLibvirt libvirt, string vm) =>
        (await libvirt.VirshAsync("domuuid", vm)).Must().Out.Trim();

    public static JsonElement Disk(this CliResult result, string name) =>
        result["disks"].EnumerateArray().Single(disk => disk.GetProperty("name").GetString() == name);

    /// <summary>How a backup read a disk, and how much of it.</summary>
    public static string Summary(this CliResult backup, string disk)
    {
        var done = backup.Disk(disk);
        return $"{backup["consistency"].GetString()}; {done.GetProperty("mode").GetString()}, read {done.GetProperty("bytesRead").GetInt64() >> 20} MiB";
    }

    /// <summary>The writer's newest record.</summary>
    public static async Task<long> WriterRecordAsync(this TestGuest guest) =>
        long.Parse((await guest.WriterAsync("status")).Split(' ')[1]);

    /// <summary>The suite's guest, booted if the test before left it off.</summary>
    public static async Task<TestGuest> RunningGuestAsync(this VmSuite suite)
    {
        var guest = await suite.GuestAsync();
        if ((await guest.Libvirt.VirshAsync("domstate", guest.Name)).Must().Out.Trim() != "running") await guest.StartAsync();
        return guest;
    }

    /// <summary>Nothing of a job is left on a guest: it writes, its disks are in no job.</summary>
    public static async Task MustBeUndisturbedAsync(this TestGuest guest)
    {
        await Eventually.IsAsync("the writer has begun", async () => (await guest.WriterAsync("status")).StartsWith("writing ", StringComparison.Ordinal));
        var before = await guest.WriterRecordAsync();
        await Eventually.IsAsync("the writer goes on", async () => await guest.WriterRecordAsync() > before);
        var job = (await guest.Libvirt.VirshAsync("domjobinfo", guest.Name)).Must().Out;
        if (!job.Contains("None", StringComparison.Ordinal)) throw new InvalidOperationException($"{guest.Name} is still in a job:\n{job}");
    }

    /// <summary>
    /// The guest writes its disks, as seen from outside: its program never rests unless it is frozen. Its agent cannot be asked here: after a thaw
    /// by the guard alone it believes in the freeze until somebody asks it to thaw.
    /// </summary>
    public static async Task MustWriteAsync(this TestGuest guest)
    {
        var before = File.GetLastWriteTimeUtc(guest.DataDisk);
        await Eventually.IsAsync("the guest writes", () => File.GetLastWriteTimeUtc(guest.DataDisk) != before);
    }

    private static async Task<long> LengthAsync(string disk)
    {
        using var info = JsonDocument.Parse((await Tool.RunAsync("qemu-img", "info", "--output=json", "-f", Format(disk), disk)).Must().Out);
        return info.RootElement.GetProperty("virtual-size").GetInt64();
    }

    private static string Format(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> magic = stackalloc byte[4];
        stream.ReadExactly(magic);
        return magic.SequenceEqual((ReadOnlySpan<byte>)[(byte)'Q', (byte)'F', (byte)'I', 0xfb]) ? "qcow2" : "raw";
    }
}
