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
    private const int WriteStep = 4 << 20;
    private static readonly TimeSpan UnfinishedKept = TimeSpan.FromDays(1);
    private readonly TemporaryNames _names = new();
    private readonly IFolderCalls _calls;
    private readonly FolderTree _tree;
    private int _looked;

    public FolderStore(string folder)
        : this(folder, Posix.Sync)
    {
    }

    /// <param name="sync">fsync, or what a test puts in its place.</param>
    internal FolderStore(string folder, Func<int, int> sync)
        : this(folder, new SystemCalls(sync))
    {
    }

    internal FolderStore(string folder, IFolderCalls calls)
    {
        Folder = Path.GetFullPath(folder);
        _calls = calls;
        _tree = new(calls, Folder);
    }

    public string Folder { get; }

    public Task<bool> TryPutAsync(string name, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct)
    {
        var target = PathOf(name);
        if (_calls.Find(target) is not null) return Task.FromResult(false);
        _tree.Ensure(Path.GetDirectoryName(target)!);
        _tree.Ensure(Path.Combine(Folder, Unfinished));
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
                _ = _calls.Unlink(temporary);
            }
        }
    }

    public ValueTask<int?> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            return new(_calls.Read(path, offset, buffer.Span));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "read", path);
        }
    }

    public Task<BlobInfo?> FindAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            return Task.FromResult<BlobInfo?>(_calls.Find(path) is { } file ? new(name, file.Length, file.Written) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.From(e, "stat", path);
        }
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var root = Path.Combine(Folder, folder.TrimEnd('/'));
        foreach (var file in _tree.Files(root))
        {
            ct.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(Folder, file.Path);
            // Others' files (a file manager's, a NAS's) lie in many folders: what cannot be an object's name is none of ours.
            if (!name.StartsWith(Unfinished + "/", StringComparison.Ordinal) && BlobNames.IsValid(name)) yield return new(name, file.Length, file.Written);
        }
    }

    public Task SettleAsync(string folder, CancellationToken ct)
    {
        _tree.Settle(Path.Combine(Folder, folder.TrimEnd('/')), ct);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var path = PathOf(name);
        if (_calls.Unlink(path) == 0) _tree.Sync(Path.GetDirectoryName(path)!);
        else if (Marshal.GetLastPInvokeError() is not Posix.Enoent) throw StoreFailure.Last("unlink", path);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        _tree.Ensure(Path.Combine(Folder, Unfinished));
        var path = Path.Combine(Folder, Unfinished, _names.Next());
        var fd = _calls.Create(path);
        if (fd < 0) throw StoreFailure.Last("open", path);
        try
        {
            _calls.Close(fd);
            var now = _calls.Find(path)?.Written ?? throw StoreFailure.From(Posix.Enoent, "stat", path);
            DropUnfinished(now);
            return Task.FromResult(now);
        }
        finally
        {
            _ = _calls.Unlink(path);
        }
    }

    /// <summary>A file that is no object of a vault, the first that is met. A new vault wants a folder of its own.</summary>
    internal string? FindForeign() =>
        _tree.Files(Folder).Select(f => Path.GetRelativePath(Folder, f.Path)).FirstOrDefault(name => !BlobNames.IsValid(name));

    /// <summary>
    /// Once for each store: files of the dead. No put takes a day; one that slept for longer finds its file gone and fails, with nothing published.
    /// </summary>
    private void DropUnfinished(DateTimeOffset now)
    {
        if (Interlocked.Exchange(ref _looked, 1) != 0) return;
        foreach (var file in _tree.Files(Path.Combine(Folder, Unfinished)))
            if (now - file.Written > UnfinishedKept) _ = _calls.Unlink(file.Path);
    }

    /// <returns>False: the fsync failed and it may be tried with a new file.</returns>
    private bool WriteDurably(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, CancellationToken ct, bool lastAttempt)
    {
        var fd = _calls.Create(path);
        if (fd < 0) throw StoreFailure.Last("open", path);
        try
        {
            long at = 0;
            foreach (var part in parts)
            {
                for (var rest = part.Span; rest.Length > 0;)
                {
                    ct.ThrowIfCancellationRequested();
                    var n = (int)_calls.Write(fd, rest[..Math.Min(rest.Length, WriteStep)]);
                    if (n < 0) throw StoreFailure.Last("write", path);
                    if (n >= WriteStep) _calls.BeginWriteback(fd, at, n);
                    at += n;
                    rest = rest[n..];
                }
            }
            if (_calls.Sync(fd) == 0) return true;
            var errno = Marshal.GetLastPInvokeError();
            if (lastAttempt || errno is Posix.Enospc or Posix.Edquot) throw StoreFailure.From(errno, "fsync", path);
            return false;
        }
        finally
        {
            _calls.Close(fd);
        }
    }

    private bool Publish(string temporary, string target)
    {
        if (_calls.Link(temporary, target) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            // NFS: the server's answer to a link that was made may get lost, and the repeated call then finds its own work. Whose it is shows in the file.
            if (errno == Posix.Eexist && !_calls.AreSame(temporary, target)) return false;
            // File systems without hard links: exFAT, some network mounts.
            if (errno is not (Posix.Eexist or Posix.Eperm or Posix.Eopnotsupp or Posix.Enosys or Posix.Emlink)) throw StoreFailure.From(errno, "link", target);
            if (errno != Posix.Eexist && _calls.RenameIfAbsent(temporary, target) != 0)
            {
                errno = Marshal.GetLastPInvokeError();
                if (errno == Posix.Eexist) return false;
                throw StoreFailure.From(errno, "renameat2", target);
            }
        }
        _tree.Sync(Path.GetDirectoryName(target)!);
        return true;
    }

    private string PathOf(string name) => Path.Combine(Folder, BlobNames.Checked(name));
}
