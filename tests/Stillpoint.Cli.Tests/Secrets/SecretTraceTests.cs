using System.Diagnostics;
using System.Globalization;
using System.Text;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Cli.Tests.Secrets;

/// <summary>
/// Real commands, watched from outside: no secret is in an argument or the environment of the program or of any child, in anything written
/// anywhere, or (once the vault is open) in the program's memory.
/// </summary>
[Trait("Needs", "tools")]
public sealed class SecretTraceTests : IDisposable
{
    private const string Passphrase = "open sesame", Second = "barley sugar twist", Third = "quiet marzipan harbour";
    private readonly TempFolder _folder = new("/var/tmp");
    private readonly List<string> _traces = [];

    [Fact]
    public async Task Secrets_OfEveryVerb_AreInNoArgumentEnvironmentOrWrite()
    {
        Needs.Programs("strace", "qemu-img");
        Assert.SkipUnless((await Tool.RunAsync("strace", "-f", "-o", "/dev/null", "true")).ExitCode == 0, "tracing is not permitted here");
        var (vault, recoveryFile, output) = (_folder["vault"], _folder["recovery"], _folder["vda.qcow2"]);
        CliHost.Secret(_folder["first"], Passphrase + "\n");
        CliHost.Secret(_folder["second"], Second + "\n");
        CliHost.Secret(_folder["third"], Third + "\n");
        await TraceAsync("vault", "init", vault, "--recovery-key-file", recoveryFile, "--passphrase-file", _folder["first"]);
        var recovery = (await File.ReadAllTextAsync(recoveryFile)).Trim();
        var disk = KnownPoint.Disk(1);
        var point = await KnownPoint.AddAsync(vault, disk);
        await TraceAsync("vault", "key", "add", "--new-passphrase-file", _folder["second"], "--label", "Ada", "--passphrase-file", _folder["first"]);
        await TraceAsync("vault", "key", "change", "--new-passphrase-file", _folder["third"], "--passphrase-file", _folder["first"]);
        await TraceAsync("vault", "key", "remove", "Ada", "--yes", "--passphrase-file", _folder["third"]);
        await TraceAsync("vault", "verify", "--full", "--passphrase-file", _folder["third"]);
        await TraceAsync("vault", "copy", _folder["copy"], "--passphrase-file", _folder["third"]);
        await TraceAsync("restore", point, "--disk", $"vda={_folder["vda.raw"]}", "--passphrase-file", _folder["third"]);
        // With the recovery key alone, by way of qemu's programs.
        await TraceAsync("rescue", "restore", point, "--disk", $"vda={output}:qcow2", "--vault", _folder["copy"], "--recovery-key-file", recoveryFile);

        Assert.Equal(disk, (await File.ReadAllBytesAsync(_folder["vda.raw"])).AsSpan(0, disk.Length).ToArray());
        (await Tool.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _folder["vda.raw"], output)).Must();
        var trace = string.Join('\n', _traces.Select(File.ReadAllText));
        Assert.Contains("execve(", trace, StringComparison.Ordinal);
        Assert.Matches("execve\\(\"[^\"]*qemu-", trace); // children were seen, with their environments
        Assert.Contains("STILLPOINT_TRACED=1", trace, StringComparison.Ordinal);
        foreach (var secret in new[] { Passphrase, Second, Third }) Assert.DoesNotContain(secret, trace, StringComparison.Ordinal);
        // The recovery key is written once, into the file that was asked for.
        Assert.Equal(2, trace.Split(recovery).Length);
        AssertNotInFiles(_folder["data"], Passphrase, Second, Third, recovery);
        AssertNotInFiles(vault, Passphrase, Second, Third, recovery);
        AssertNotInFiles(_folder["copy"], Passphrase, Second, Third, recovery);
    }

    [Fact]
    public async Task Passphrase_OnceTheVaultIsOpen_IsNowhereInTheProcess()
    {
        Needs.Root();
        CliHost.Secret(_folder["first"], Passphrase + "\n");
        string[] places = ["--data", _folder["data"], "--vault", _folder["vault"], "--passphrase-file", _folder["first"], "--json"];
        (await Tool.RunAsync(RealProgram.Path, ["vault", "init", _folder["vault"], .. places])).Must();
        var point = await KnownPoint.AddAsync(_folder["vault"], KnownPoint.Disk(1));
        using var serving = Tool.Start(new ToolCall(RealProgram.Path, ["point", "serve", point, "--socket", _folder["s"], .. places]));
        try
        {
            while (await serving.StandardOutput.ReadLineAsync() is { } line && line != "}") Assert.DoesNotContain("error", line, StringComparison.Ordinal);
            Assert.False(serving.HasExited);
            Assert.True(HoldsInMemory(serving, Encoding.UTF8.GetBytes(_folder["first"])), "the search finds nothing at all");
            Assert.False(HoldsInMemory(serving, Encoding.UTF8.GetBytes(Passphrase)), "as bytes");
            Assert.False(HoldsInMemory(serving, Encoding.Unicode.GetBytes(Passphrase)), "as a string");
        }
        finally
        {
            serving.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task TraceAsync(params string[] words)
    {
        var trace = _folder[$"trace-{_traces.Count}"];
        _traces.Add(trace);
        string[] options = ["-f", "-v", "-s", "65536", "-e", "trace=execve,write,writev,pwrite64,pwritev,sendto,sendmsg", "-o", trace];
        string[] vault = words.Contains("--vault") || words[1] == "init" ? [] : ["--vault", _folder["vault"]];
        (await Tool.RunAsync(new ToolCall(
            "strace", [.. options, RealProgram.Path, .. words, .. vault, "--data", _folder["data"], "--json"], TimeSpan.FromMinutes(3),
            Environment: new() { ["STILLPOINT_TRACED"] = "1" }))).Must();
    }

    private static void AssertNotInFiles(string folder, params string[] secrets)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in secrets) Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, file);
        }
    }

    private static bool HoldsInMemory(Process process, byte[] wanted)
    {
        using var memory = new FileStream($"/proc/{process.Id}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var window = new byte[1 << 20];
        foreach (var map in File.ReadAllLines($"/proc/{process.Id}/maps").Where(m => m.Split(' ')[1].StartsWith("rw", StringComparison.Ordinal)))
        {
            var range = map.Split(' ')[0].Split('-').Select(a => long.Parse(a, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            for (var at = range[0]; at < range[1]; at += window.Length - wanted.Length)
            {
                try
                {
                    memory.Position = at;
                    var part = window.AsSpan(0, (int)Math.Min(window.Length, range[1] - at));
                    var n = memory.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
                    if (window.AsSpan(0, n).IndexOf(wanted) >= 0) return true;
                }
                catch (IOException)
                {
                    // gone since the maps were read
                }
            }
        }
        return false;
    }
}
