using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Stillpoint.Model;
using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Stores;

/// <summary>
/// A vault in a folder. Calls do their work on the calling thread (a finished task comes back), so a caller that must not wait for a disk
/// calls from a thread of its own. File times are the store's clock: with NFS that is the server's.
/// </summary>
public sealed class FolderStore : IBlobStore
{
    internal const string Unfinished = "tmp";
    private const int FileMode = 0x180; // 0600: ciphertext, but nobody else's business
    private const int WriteStep = 4 << 20;
    private readonly TemporaryNames _names = new();
    private readonly Func<int, int> _sync;

    public FolderStore(string folder)
        : this(folder, Posix.Sync)
    {
    }

    /// <param name="sync">fsync, or what a test puts in its place.</param>
    internal FolderStore(string folder, Func<int, int> sync)
    {
        Folder = Path.GetFullPath(folder);
        _sync = sync;
    }

    public string Folder { get; }

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        var target = PathOf(name);
        if (File.Exists(target)) return Task.FromResult(false);
        FolderTree.Ensure(Folder, Path.GetDirectoryName(target)!, _sync);
        FolderTree.Ensure(Folder, Path.Combine(Folder, Unfinished), _sync);
        // After a failed fsync the kernel may call the lost pages clean: a second fsync of the same file would lie. So: a new file, once.
        for (var attempt = 1; ; attempt++)
        {
            var temporary = Path.Combine(Folder, Unfinished, _names.Next());
            try
            {
                if (WriteDurably(temporary, parts, ct, lastAttempt: attempt == 2)) return Task.FromResult(Publish(temporary, target));
            }
            finally
            {
                _ = Posix.Unlink(temporary);
            }
        }
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            using var file = File.OpenHandle(path);
            var done = 0;
            while (done < buffer.Length)
            {
                var n = RandomAccess.Read(file, buffer.Span[done..], offset + done);
                if (n == 0) break;
                done += n;
            }
            return new(done);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((int?)null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "read", path);
        }
    }

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(name));
        return Task.FromResult<BlobInfo?>(file.Exists ? new(name, file.Length, file.LastWriteTimeUtc) : null);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var root = Path.Combine(Folder, folder.TrimEnd('/'));
        foreach (var file in FolderTree.Files(root))
        {
            ct.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(Folder, file.FullName);
            if (name.StartsWith(Unfinished + "/", StringComparison.Ordinal)) continue;
            long length;
            DateTime written;
            try
            {
                (length, written) = (file.Length, file.LastWriteTimeUtc);
            }
            catch (FileNotFoundException)
            {
                continue; // deleted since it was listed
            }
            yield return new(name, length, written);
        }
    }

    public Task DeleteAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = PathOf(name);
        if (Posix.Unlink(path) == 0) FolderTree.Sync(Path.GetDirectoryName(path)!, _sync);
        else if (Marshal.GetLastPInvokeError() is not Posix.Enoent) throw StoreFailure.Last("unlink", path);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        FolderTree.Ensure(Folder, Path.Combine(Folder, Unfinished), _sync);
        var path = Path.Combine(Folder, Unfinished, _names.Next());
        var fd = Posix.Open(path, Posix.WriteOnly | Posix.Create | Posix.Exclusive, FileMode);
        if (fd < 0) throw StoreFailure.Last("open", path);
        try
        {
            _ = Posix.Close(fd);
            return Task.FromResult(new DateTimeOffset(File.GetLastWriteTimeUtc(path)));
        }
        finally
        {
            _ = Posix.Unlink(path);
        }
    }

    /// <returns>False: the fsync failed and it may be tried with a new file.</returns>
    private bool WriteDurably(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct, bool lastAttempt)
    {
        var fd = Posix.Open(path, Posix.WriteOnly | Posix.Create | Posix.Exclusive, FileMode);
        if (fd < 0) throw StoreFailure.Last("open", path);
        try
        {
            long at = 0;
            foreach (var part in parts)
            {
                for (var rest = part.Span; rest.Length > 0;)
                {
                    ct.ThrowIfCancellationRequested();
                    var n = (int)Posix.Write(fd, rest[..Math.Min(rest.Length, WriteStep)]);
                    if (n < 0) throw StoreFailure.Last("write", path);
                    if (n >= WriteStep) Posix.BeginWriteback(fd, at, n);
                    at += n;
                    rest = rest[n..];
                }
            }
            if (_sync(fd) == 0) return true;
            var errno = Marshal.GetLastPInvokeError();
            if (lastAttempt || errno is Posix.Enospc or Posix.Edquot) throw StoreFailure.From(errno, "fsync", path);
            return false;
        }
        finally
        {
            _ = Posix.Close(fd);
        }
    }

    private bool Publish(string temporary, string target)
    {
        if (Posix.Link(temporary, target) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Posix.Eexist) return false;
            // File systems without hard links: exFAT, some network mounts.
            if (errno is not (Posix.Eperm or Posix.Eopnotsupp or Posix.Enosys or Posix.Emlink)) throw StoreFailure.From(errno, "link", target);
            if (Posix.RenameIfAbsent(temporary, target) != 0)
            {
                errno = Marshal.GetLastPInvokeError();
                if (errno == Posix.Eexist) return false;
                throw StoreFailure.From(errno, "renameat2", target);
            }
        }
        FolderTree.Sync(Path.GetDirectoryName(target)!, _sync);
        return true;
    }

    private string PathOf(string name) => Path.Combine(Folder, BlobNames.Checked(name));
}
