using System.Formats.Tar;
using System.IO.Compression;
using Stillpoint.Model;

namespace Stillpoint.Doctor.Bundles;

/// <summary>
/// A folder, .zip, .tar, .tar.gz or single file, as a row of files. Nothing is ever extracted, so no name in it can lead anywhere; links and devices are
/// not followed. Everything read counts against the limits.
/// </summary>
internal static class Bundle
{
    /// <summary>In a fixed order: by name, an archive within a folder in its place; tar files in theirs.</summary>
    /// <exception cref="FailureException">BundleUnreadable: it is not there, may not be read, or is no bundle.</exception>
    public static IEnumerable<BundleEntry> Read(string path, ReadBudget budget)
    {
        if (Directory.Exists(path)) return Folder(path, budget);
        try
        {
            if (!File.Exists(path)) throw Unreadable(path, "no such file");
            using var file = File.OpenRead(path);
            return OfFile(path, Path.GetFileName(path), budget, alone: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e.Message);
        }
    }

    internal static FailureException Unreadable(string path, string why) =>
        new(Failure.Of(FailureCode.BundleUnreadable, Stage.Input, ("path", path)).With(new(path, why)));

    private static IEnumerable<BundleEntry> Folder(string root, ReadBudget budget)
    {
        // Links are not followed and not listed; a file of length 0 is a pipe, a device, or has nothing to say, and is never opened.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, MaxRecursionDepth = 64 };
        var files = new DirectoryInfo(root).EnumerateFiles("*", options).Take(budget.Limits.Files + 1)
            .Select(f => (f.FullName, Name: Path.GetRelativePath(root, f.FullName).Replace('\\', '/'))).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
        foreach (var (full, name) in files)
        {
            if (new FileInfo(full) is { Exists: true, Length: > 0 })
            {
                foreach (var entry in OfFile(full, name, budget, alone: false)) yield return entry;
            }
        }
    }

    private static IEnumerable<BundleEntry> OfFile(string path, string name, ReadBudget budget, bool alone)
    {
        var head = new byte[264];
        var length = 0;
        string? denied = null;
        try
        {
            using var file = File.OpenRead(path);
            length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            denied = SkipReason.Denied;
        }
        if (denied is not null) return [new(name, null, null, denied)];
        var inside = alone ? "" : name + "/";
        if (head.AsSpan(0, length).StartsWith("PK\u0003\u0004"u8) || head.AsSpan(0, length).StartsWith("PK\u0005\u0006"u8)) return Zip(path, inside, budget);
        if (length > 262 && head.AsSpan(257, 5).SequenceEqual("ustar"u8)) return Tar(File.OpenRead(path), null, inside, name, budget);
        if (length > 2 && head[0] == 0x1f && head[1] == 0x8b && IsTarName(name, path))
        {
            var file = File.OpenRead(path);
            return Tar(new GZipStream(file, CompressionMode.Decompress), () => file.Position, inside, name, budget);
        }
        return [new(name, File.GetLastWriteTimeUtc(path), () => Unzipped(File.OpenRead(path), name, budget))];
    }

    /// <summary>A compressed single log (syslog.2.gz) and a compressed archive begin alike; the plain bytes tell.</summary>
    private static bool IsTarName(string name, string path)
    {
        if (name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)) return true;
        try
        {
            using var plain = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            var head = new byte[263];
            return plain.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan(257, 5).SequenceEqual("ustar"u8);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static Stream Unzipped(Stream file, string name, ReadBudget budget)
    {
        if (!name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return new BoundedStream(file, budget, null);
        var counted = new CountedStream(file);
        return new BoundedStream(new GZipStream(counted, CompressionMode.Decompress), budget, () => counted.Count);
    }

    private static IEnumerable<BundleEntry> Zip(string path, string inside, ReadBudget budget)
    {
        ZipArchive archive;
        try
        {
            archive = ZipFile.OpenRead(path);
            _ = archive.Entries.Count;
        }
        catch (InvalidDataException e)
        {
            throw Unreadable(path, e.Message);
        }
        using (archive)
        {
            foreach (var entry in archive.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                var name = inside + Shown(entry.FullName);
                // The upper half holds Unix's mode: links and devices are not files.
                var type = (entry.ExternalAttributes >> 16) & 0xF000;
                if (entry.FullName.EndsWith('/')) continue;
                if (type is not (0 or 0x8000)) yield return new(name, null, null, SkipReason.NotAFile);
                else if (IsArchive(name)) yield return new(name, null, null, SkipReason.Nested);
                else
                {
                    yield return new(name, entry.LastWriteTime.Year > 1980 ? entry.LastWriteTime : null, () =>
                    {
                        var plain = new BoundedStream(entry.Open(), budget, () => entry.CompressedLength);
                        return name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? Unzipped(plain, name, budget) : plain;
                    });
                }
            }
        }
    }

    private static IEnumerable<BundleEntry> Tar(Stream stream, Func<long>? stored, string inside, string archive, ReadBudget budget)
    {
        using var plain = new BoundedStream(stream, budget, stored);
        using var tar = new TarReader(plain);
        while (true)
        {
            TarEntry? entry;
            string? broken = null;
            try
            {
                entry = tar.GetNextEntry();
            }
            catch (LimitMetException e)
            {
                (entry, broken) = (null, e.Reason);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or FormatException or ArgumentException or OverflowException or NotSupportedException)
            {
                (entry, broken) = (null, SkipReason.Damaged);
            }
            if (broken is not null) yield return new(archive, null, null, broken);
            if (entry is null) yield break;
            var name = inside + Shown(entry.Name);
            if (entry.EntryType is TarEntryType.Directory) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
                yield return new(name, null, null, SkipReason.NotAFile);
            else if (IsArchive(name)) yield return new(name, null, null, SkipReason.Nested);
            // Counted by the archive's own stream already.
            else if (entry.DataStream is { } data)
                yield return new(name, entry.ModificationTime, () => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? Unzipped(data, name, budget) : data);
        }
    }

    private static bool IsArchive(string name) =>
        name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) ||
        name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>A name as it may be shown: no control characters, of a bounded length.</summary>
    private static string Shown(string name)
    {
        var text = string.Concat(name.Replace('\\', '/').Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        while (text.StartsWith("./", StringComparison.Ordinal)) text = text[2..];
        return text.Length > 250 ? text[^250..] : text;
    }

    private sealed class CountedStream(Stream inner) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Count; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var got = inner.Read(buffer, offset, count);
            Count += got;
            return got;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
