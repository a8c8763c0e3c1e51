using System.Diagnostics;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.ThroughService;

/// <summary>The real service and the real program, each a process, over the socket in a data folder. There is no libvirt: what needs no VM works all the same.</summary>
public sealed class RealServiceTests
{
    [Fact]
    public async Task Service_AndProgram_AsUsersRunThem_RestoreEveryByte()
    {
        using var folder = new TempFolder();
        var cli = new CliProcess(folder["data"]);
        await File.WriteAllTextAsync(folder["passphrase"], "open sesame\n");
        File.SetUnixFileMode(folder["passphrase"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await cli.JsonAsync("vault", "init", folder["vault"], "--recovery-key-file", folder["recovery"], "--passphrase-file", folder["passphrase"])).Must();
        var disk = KnownPoint.Disk(1);
        var point = await KnownPoint.AddAsync(folder["vault"], disk);

        using var service = Start(folder);
        try
        {
            while (await service.StandardOutput.ReadLineAsync() is { } line && !line.Contains("listens at", StringComparison.Ordinal))
            {
            }
            Assert.False(service.HasExited);
            (await cli.JsonAsync("vault", "stats", "--standalone")).MustFail(7, "data-folder-held");
            (await cli.JsonAsync("backup", "guest")).MustFail(9, "host-unreachable");
            (await cli.JsonAsync("restore", "latest", "--vm", "guest", "--disk", $"vda={folder["vda.raw"]}")).Must();
            Assert.Equal(disk, (await File.ReadAllBytesAsync(folder["vda.raw"])).AsSpan(0, disk.Length).ToArray());
            var job = (await cli.JsonAsync("job", "list")).Must().Json.GetProperty("jobs")[0];
            Assert.Equal(("restore", "completed", point), (job.GetProperty("kind").GetString(), job.GetProperty("state").GetString(), job.GetProperty("point").GetString()));
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }
        // What the service was asked for is in the catalog that the program opens by itself now, socket of the killed one or not.
        Assert.True(File.Exists(folder["data", "service", "stillpointd.sock"]));
        Assert.Equal(1, (await cli.JsonAsync("job", "list")).Must().Json.GetProperty("jobs").GetArrayLength());
    }

    private static Process Start(TempFolder folder)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Tool.Start(new(
            Repository.PathOf("artifacts", "bin", "Stillpoint.Server", configuration, "stillpointd"), [],
            Environment: new()
            {
                ["STILLPOINTD_DATA"] = folder["data"], ["STILLPOINTD_LISTEN"] = "127.0.0.1:0", ["STILLPOINTD_PASSPHRASE_FILE"] = folder["passphrase"],
                ["STILLPOINTD_HOST"] = $"qemu+unix:///system?socket={folder["no-libvirt"]}", ["STILLPOINTD_SCHEDULE"] = "off", ["STILLPOINTD_LOG_LEVEL"] = "error",
            }));
    }
}
