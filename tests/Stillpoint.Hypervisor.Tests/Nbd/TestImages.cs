using System.Diagnostics;
using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Hypervisor.Tests.Nbd;

/// <summary>A folder with images, gone when disposed, and the tools that make them.</summary>
internal sealed class TestImages : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sp-nbd-").FullName;

    public string this[string name] => Path.Combine(_folder, name);

    public static void NeedTools(params string[] tools)
    {
        foreach (var tool in tools)
        {
            Assert.SkipUnless(
                Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, tool))), $"{tool} is not installed");
        }
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = process.StandardOutput.ReadToEndAsync(bound.Token);
        var errors = process.StandardError.ReadToEndAsync(bound.Token);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode} {await errors}");
        return await output;
    }

    /// <summary>A raw file of random bytes; returns them.</summary>
    public byte[] WriteRandom(string name, int bytes, int seed)
    {
        var content = DiskBuffers.Allocate(bytes);
        new Random(seed).NextBytes(content);
        File.WriteAllBytes(this[name], content);
        return content;
    }

    public Task CreateAsync(string name, string size, string? backing = null) => backing is null
        ? RunAsync("qemu-img", "create", "-q", "-f", "qcow2", this[name], size)
        : RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", backing, "-F", "qcow2", this[name], size);

    public Task IoAsync(string name, params string[] commands) =>
        RunAsync("qemu-io", ["-f", "qcow2", .. commands.SelectMany(c => new[] { "-c", c }), this[name]]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>A clock that runs a hundred times too fast, for bounds that would otherwise be waited for.</summary>
internal sealed class FastClock : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => _start + ((System.GetTimestamp() - _start) * 100);
}
