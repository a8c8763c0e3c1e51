using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Stillpoint.Server.Portal;

/// <summary>The portal's files as `eng/build-portal` made them, read once: what was not there at the start is not there, and no path of a request reaches the disk.</summary>
internal sealed class BuiltPortal
{
    private const string CompressedSuffix = ".br", IndexName = "/index.html";
    private readonly FrozenDictionary<string, PortalFile> _files;

    private BuiltPortal(FrozenDictionary<string, PortalFile> files) => _files = files;

    public PortalFile Index => _files[IndexName];

    /// <summary>Null: there is no portal in that folder.</summary>
    public static BuiltPortal? Read(string? folder)
    {
        if (folder is null || !File.Exists(folder + IndexName)) return null;
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToHashSet(StringComparer.Ordinal);
        return new(names.Where(n => !n.EndsWith(CompressedSuffix, StringComparison.Ordinal)).ToFrozenDictionary(
            n => "/" + Path.GetRelativePath(folder, n), n => FileOf(n, names.Contains(n + CompressedSuffix) ? n + CompressedSuffix : null), StringComparer.Ordinal));
    }

    /// <summary>Null: no such file.</summary>
    public PortalFile? Find(string path) => _files.GetValueOrDefault(path);

    private static PortalFile FileOf(string path, string? compressed)
    {
        var bytes = File.ReadAllBytes(path);
        return new(bytes, compressed is null ? null : File.ReadAllBytes(compressed), TypeOf(path), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..16])}\"");
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };
}

/// <param name="Compressed">By Brotli; null: it would not be smaller.</param>
internal sealed record PortalFile(byte[] Bytes, byte[]? Compressed, string Type, string Tag);
