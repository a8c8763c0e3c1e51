using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Hosting;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Packages;

/// <summary>
/// Handler packages by extension and version. The agent runs what is in them as root and checks no signature, so a version never changes once it is
/// published, and only who commands this service publishes.
/// </summary>
internal sealed class PackageStore(StateFolder folder)
{
    public const long MostBytes = 256L << 20;
    private const int MostEntries = 10_000, MostManifest = 64 << 10;
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>The file of a package, or null.</summary>
    public string? Find(string name, string version)
    {
        var file = FileOf(name, version);
        return File.Exists(file) ? file : null;
    }

    /// <summary>Published versions of an extension, in no order that says which is newer.</summary>
    public IEnumerable<string> Versions(string name)
    {
        var own = Path.Combine(folder.Packages, name);
        return Directory.Exists(own) ? Directory.EnumerateFiles(own, "*.zip").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal) : [];
    }

    /// <summary>On stable storage when it returns. The same bytes again are nothing new.</summary>
    /// <param name="content">At most 256 MiB: a zip with a HandlerManifest.json somewhere in it.</param>
    /// <exception cref="FailureException">RequestInvalid, RequestTooLarge, DataFolderUnusable.</exception>
    public async Task PublishAsync(string name, string version, Stream content, CancellationToken ct)
    {
        if (!GoalRules.IsExtensionName(name) || !GoalRules.IsVersion(version)) throw GoalRules.Invalid("package", "NAME/VERSION");
        await _writing.WaitAsync(ct);
        var temporary = Path.Combine(folder.Packages, "-publish.tmp");
        try
        {
            await CopyAsync(content, temporary, ct);
            Check(temporary);
            var file = FileOf(name, version);
            if (File.Exists(file))
            {
                if (!await SameAsync(temporary, file, ct)) throw GoalRules.Invalid("package", $"another version: {version} is published with other content");
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Interop.FileSystem.SyncFolder(folder.Packages);
            StateFolder.Name(temporary, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Unusable(temporary, e);
        }
        finally
        {
            File.Delete(temporary);
            _writing.Release();
        }
    }

    private static async Task CopyAsync(Stream content, string temporary, CancellationToken ct)
    {
        await using var file = File.Create(temporary);
        var buffer = new byte[128 << 10];
        for (var length = 0L; ;)
        {
            var read = await content.ReadAsync(buffer, ct);
            if (read == 0) break;
            length += read;
            if (length > MostBytes) throw new FailureException(FailureCode.RequestTooLarge, Stage.Input, ("bytes", $"{MostBytes}"));
            await file.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        file.Flush(flushToDisk: true);
    }

    /// <summary>What an agent would refuse after having downloaded it.</summary>
    private static void Check(string temporary)
    {
        var expected = GoalRules.Invalid("package", "a zip with a HandlerManifest.json that lists one handler and its commands");
        try
        {
            using var zip = ZipFile.OpenRead(temporary);
            var manifest = zip.Entries.Take(MostEntries).FirstOrDefault(entry => entry.Name == "HandlerManifest.json");
            if (manifest is null || manifest.Length > MostManifest) throw expected;
            using var stream = manifest.Open();
            using var document = JsonDocument.Parse(stream);
            if (document.RootElement is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() != 1 || list[0].ValueKind != JsonValueKind.Object
                || !list[0].TryGetProperty("handlerManifest", out var handler) || handler.ValueKind != JsonValueKind.Object
                || !new[] { "installCommand", "enableCommand", "disableCommand", "updateCommand", "uninstallCommand" }.All(command => handler.TryGetProperty(command, out _)))
                throw expected;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw expected;
        }
    }

    private static async Task<bool> SameAsync(string one, string other, CancellationToken ct)
    {
        await using var first = File.OpenRead(one);
        await using var second = File.OpenRead(other);
        var (own, there) = (await SHA256.HashDataAsync(first, ct), await SHA256.HashDataAsync(second, ct));
        return own.AsSpan().SequenceEqual(there);
    }

    private string FileOf(string name, string version) => Path.Combine(folder.Packages, name, version + ".zip");
}
