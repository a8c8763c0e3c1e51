using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Extension.Tests;

/// <summary>The package as guests get it.</summary>
[Trait("Needs", Needs.Tools)]
public sealed class PackageTests
{
    [Fact]
    public async Task Program_InThePackage_RunsOnOldSystemsAndHasTheManifestsCommands()
    {
        Needs.Programs("objdump", "python3");
        var package = await ExtensionPackage.BuildAsync();
        Assert.Matches(@"/Stillpoint\.VMSnapshot-0\.1\.0\.\d+\.zip$", package);
        using var folder = new TempFolder();
        await ZipFile.ExtractToDirectoryAsync(package, folder.Path);
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["HandlerManifest.json"]));
        var commands = manifest.RootElement[0].GetProperty("handlerManifest");
        Assert.Equal("Stillpoint.VMSnapshot", manifest.RootElement[0].GetProperty("name").GetString());
        foreach (var name in new[] { "install", "update", "enable", "disable", "uninstall", "resetState" })
        {
            // As the agent does: by a shell, in the handler's folder, without the machine's .NET.
            var command = commands.GetProperty(name + "Command").GetString();
            Directory.CreateDirectory(folder["config"]);
            Directory.CreateDirectory(folder["status"]);
            var run = new ToolCall("sh", ["-c", $"chmod u+x bin/*; {folder.Path}/{command}"], Folder: folder.Path, Environment: new()
            {
                ["ConfigSequenceNumber"] = "0", ["DOTNET_ROOT"] = "/nonexistent", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            });
            (await Tool.RunAsync(run)).Must();
        }
        Assert.Contains("\"code\":1", await File.ReadAllTextAsync(folder["status", "0.status"]), StringComparison.Ordinal);
        Assert.Equal(2, (await Tool.RunAsync(folder["bin", "stillpoint-extension"], "something")).ExitCode);

        // Ubuntu 20.04 has 2.31, RHEL 8 has 2.28.
        var symbols = (await Tool.RunAsync("objdump", "-T", folder["bin", "stillpoint-extension"])).Must().Out;
        var versions = Regex.Matches(symbols, @"GLIBC_(\d+\.\d+)").Select(m => Version.Parse(m.Groups[1].Value)).ToArray();
        Assert.NotEmpty(versions);
        Assert.True(versions.Max() <= new Version(2, 28), $"it needs glibc {versions.Max()}");
    }
}
