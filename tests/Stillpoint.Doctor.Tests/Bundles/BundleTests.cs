using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Stillpoint.Doctor.Bundles;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Doctor.Tests.Bundles;

/// <summary>The same case in every wrapping, and wrappings made to do harm.</summary>
public sealed class BundleTests : IDisposable
{
    private const string Lock = "2026/11/20 02:00:11.220391 [Info] Failed to aquire lock of file /etc/azure/SafeFreezeLockFile\n";
    private const string Path = "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Folder_WithTheLog_GivesTheCause()
    {
        Write("bundle/" + Path, Lock);
        AssertFound(_temp["bundle"], Path);
    }

    [Fact]
    public void SingleFile_GivenAlone_GivesTheCause()
    {
        Write("extension.log", Lock);
        AssertFound(_temp["extension.log"], "extension.log");
    }

    [Fact]
    public void Zip_WithTheLog_GivesTheCause() => AssertFound(Zip(z => Add(z, Path, Lock)), Path);

    [Theory, InlineData("b.tar.gz", true), InlineData("b.tgz", true), InlineData("b.tar", false), InlineData("no-name", true)]
    public void Tar_UnderAnyName_GivesTheCause(string name, bool gzip) => AssertFound(Tar(name, gzip, t => Add(t, "./" + Path, Lock)), Path);

    [Fact]
    public void CompressedLog_InAFolderOrArchive_IsRead()
    {
        var gz = Gzip(Encoding.UTF8.GetBytes(Lock));
        Directory.CreateDirectory(_temp["bundle"]);
        File.WriteAllBytes(_temp["bundle", "extension.log.1.gz"], gz);
        AssertFound(_temp["bundle"], "extension.log.1.gz");
        AssertFound(Tar("x.tar.gz", true, t => Add(t, "extension.log.2.gz", gz)), "extension.log.2.gz");
    }

    [Fact]
    public void Archive_InAFolder_IsOpened()
    {
        Directory.CreateDirectory(_temp["bundle"]);
        File.Move(Zip(z => Add(z, Path, Lock)), _temp["bundle", "logs.zip"]);
        AssertFound(_temp["bundle"], "logs.zip/" + Path);
    }

    [Fact]
    public void Names_ThatLeadElsewhere_AreOnlyNames()
    {
        var outside = _temp["outside"];
        var zip = Zip(z =>
        {
            Add(z, "../../outside", "x");
            Add(z, outside, "x");
            Add(z, "..\\..\\outside", "x");
            Add(z, "a\u001b[31m\u0000b/" + Path, Lock);
        });
        var facts = Collect(zip);
        Assert.False(File.Exists(outside));
        Assert.Equal(["b.zip"], Directory.EnumerateFileSystemEntries(_temp.Path).Select(System.IO.Path.GetFileName));
        Assert.All(facts, f => Assert.DoesNotContain(f.Source, char.IsControl));
        Assert.Equal("fs-freeze-lock-held", Diagnostician.Default.Diagnose(facts).Causes.Single().Id);
    }

    [Fact]
    public void LinksAndDevices_InATar_AreNotFollowed()
    {
        var secret = _temp["secret"];
        File.WriteAllText(secret, Lock);
        var tar = Tar("b.tar.gz", true, t =>
        {
            t.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "extension.log") { LinkName = secret });
            t.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "shell.log") { LinkName = secret });
            t.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "syslog") { DeviceMajor = 1, DeviceMinor = 5 });
            t.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "messages"));
        });
        var facts = Collect(tar);
        Assert.Equal(4, facts.Count);
        Assert.All(facts, f => Assert.Equal(SkipReason.NotAFile, f.Value));
    }

    [Fact]
    public void LinksAndPipes_InAFolder_AreNotFollowed()
    {
        Write("secret.log", Lock);
        Directory.CreateDirectory(_temp["bundle"]);
        File.CreateSymbolicLink(_temp["bundle", "extension.log"], _temp["secret.log"]);
        Directory.CreateSymbolicLink(_temp["bundle", "up"], _temp.Path);
        Directory.CreateSymbolicLink(_temp["bundle", "self"], _temp["bundle"]);
        using (var made = System.Diagnostics.Process.Start("mkfifo", _temp["bundle", "waagent.log"])) made.WaitForExit();
        Assert.Empty(Collect(_temp["bundle"]));
    }

    [Fact]
    public void Bomb_OfZeroes_IsLeftEarly()
    {
        var limits = BundleLimits.Default with { RatioFrom = 1 << 20, Ratio = 100 };
        var zip = Zip(z =>
        {
            Add(z, "a/syslog", new byte[200 << 20].AsSpan());
            Add(z, "b/" + Path, Encoding.UTF8.GetBytes(Lock));
        });
        var facts = Collect(zip, limits);
        // Zeroes are no text: the file is not even begun; what stands after it is read.
        Assert.Contains(facts, f => f is { Name: $"{BundleFacts.Skipped}:a/syslog", Value: SkipReason.Binary });
        Assert.Single(Diagnostician.Default.Diagnose(facts).Causes);
    }

    [Fact]
    public void Bomb_OfText_IsLeftAtTheRatio()
    {
        var limits = BundleLimits.Default with { RatioFrom = 1 << 20, Ratio = 100 };
        var bomb = new byte[64 << 20];
        bomb.AsSpan().Fill((byte)'a');
        var tar = Zip(z =>
        {
            Add(z, "a/syslog", bomb.AsSpan());
            Add(z, "b/" + Path, Encoding.UTF8.GetBytes(Lock));
        });
        var facts = Collect(tar, limits);
        Assert.Contains(facts, f => f is { Name: $"{BundleFacts.Skipped}:a/syslog", Value: SkipReason.Ratio });
        Assert.Single(Diagnostician.Default.Diagnose(facts).Causes);
    }

    [Fact]
    public void TooMuch_InAllOrInOneFile_IsLeftAtTheLimit()
    {
        Write("bundle/a.log", new string('x', 300_000));
        Write("bundle/b.log", new string('y', 300_000));
        Assert.Single(Collect(_temp["bundle"], BundleLimits.Default with { Bytes = 400_000 }), f => f.Value == SkipReason.TooMuch);
        Assert.Equal(2, Collect(_temp["bundle"], BundleLimits.Default with { BytesOfFile = 100_000 }).Count(f => f.Value == SkipReason.TooMuch));
        Assert.Contains(Collect(_temp["bundle"], BundleLimits.Default with { Files = 1 }), f => f.Value == SkipReason.TooMany);
    }

    [Fact]
    public void Binary_AmongTheLogs_IsSaidNotToBeRead()
    {
        Write("bundle/" + Path, Lock);
        var junk = new byte[100_000];
        new Random(7).NextBytes(junk);
        File.WriteAllBytes(_temp["bundle", "waagent.log"], junk);
        var facts = Collect(_temp["bundle"]);
        Assert.Contains(facts, f => f is { Name: $"{BundleFacts.Skipped}:waagent.log", Value: SkipReason.Binary });
        Assert.Single(Diagnostician.Default.Diagnose(facts).Causes);
    }

    [Fact]
    public void Archive_CutShortAtAnyByte_GivesWhatItHasOrAFailure()
    {
        var whole = File.ReadAllBytes(Tar("b.tar.gz", true, t =>
        {
            for (var i = 0; i < 5; i++) Add(t, $"{i}/{Path}", Lock);
        }));
        for (var cut = 0; cut < whole.Length; cut += 7)
        {
            File.WriteAllBytes(_temp["cut.tar.gz"], whole[..cut]);
            try
            {
                Collect(_temp["cut.tar.gz"]);
            }
            catch (FailureException e)
            {
                Assert.Equal(FailureCode.BundleUnreadable, e.Failure.Code);
            }
        }
    }

    [Theory, InlineData(21), InlineData(22)]
    public void Archive_WithBytesChanged_NeverThrowsAnythingElse(int seed)
    {
        var random = new Random(seed);
        byte[][] archives =
        [
            File.ReadAllBytes(Tar("b.tar.gz", true, t => Add(t, Path, Lock))), File.ReadAllBytes(Tar("b.tar", false, t => Add(t, Path, Lock))),
            File.ReadAllBytes(Zip(z => Add(z, Path, Lock))),
        ];
        for (var round = 0; round < 300; round++)
        {
            var bytes = (byte[])archives[round % 3].Clone();
            for (var i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_temp["changed.tar.gz"], bytes);
            try
            {
                Collect(_temp["changed.tar.gz"]);
            }
            catch (FailureException e)
            {
                Assert.Equal(FailureCode.BundleUnreadable, e.Failure.Code);
            }
        }
    }

    [Fact]
    public void Nothing_AtThePath_IsAFailure() =>
        Assert.Equal(FailureCode.BundleUnreadable, Assert.Throws<FailureException>(() => Collect(_temp["missing"])).Failure.Code);

    private void AssertFound(string path, string source)
    {
        var diagnosis = Diagnostician.Default.Diagnose(Collect(path));
        var cause = Assert.Single(diagnosis.Causes);
        Assert.Equal("fs-freeze-lock-held", cause.Id);
        Assert.Equal((source, 1), (cause.Evidence[0].Source, cause.Evidence[0].Line));
        Assert.Equal(Lock.TrimEnd(), cause.Evidence[0].Text);
        Assert.Equal(new(2026, 11, 20, 2, 0, 11, TimeSpan.Zero), cause.Evidence[0].Time!.Value.AddTicks(-cause.Evidence[0].Time!.Value.Ticks % TimeSpan.TicksPerSecond));
    }

    private static List<Fact> Collect(string path, BundleLimits? limits = null) =>
        [.. new BundleFacts(path, Diagnostician.Default.Patterns, limits).Collect(CancellationToken.None)];

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_temp[name])!);
        File.WriteAllText(_temp[name], text);
    }

    private string Zip(Action<ZipArchive> fill)
    {
        var path = _temp["b.zip"];
        File.Delete(path);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        fill(zip);
        return path;
    }

    private string Tar(string name, bool gzip, Action<TarWriter> fill)
    {
        var path = _temp[name];
        using var file = File.Create(path);
        using Stream to = gzip ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using var tar = new TarWriter(to, TarEntryFormat.Pax);
        fill(tar);
        return path;
    }

    private static void Add(ZipArchive zip, string name, string text) => Add(zip, name, Encoding.UTF8.GetBytes(text).AsSpan());

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(bytes);
    }

    private static void Add(TarWriter tar, string name, string text) => Add(tar, name, Encoding.UTF8.GetBytes(text));

    private static void Add(TarWriter tar, string name, byte[] bytes) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });

    private static byte[] Gzip(byte[] bytes)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest)) gzip.Write(bytes);
        return to.ToArray();
    }
}
