using Stillpoint.Vault.Interop;

namespace Stillpoint.Vault.Stores;

/// <summary>The real file system.</summary>
/// <param name="sync">fsync, or what a test puts in its place.</param>
/// <param name="link">link, likewise.</param>
internal sealed class SystemCalls(Func<int, int> sync, Func<string, string, int>? link = null) : IFolderCalls
{
    private const int FileMode = 0x180; // 0600: ciphertext, but nobody else's business
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = 0 };

    public int Create(string path) => Posix.Open(path, Posix.WriteOnly | Posix.Create | Posix.Exclusive, FileMode);

    public int OpenFolder(string path) => Posix.Open(path, Posix.ReadOnly | Posix.Directory);

    public long Write(int fd, ReadOnlySpan<byte> bytes) => Posix.Write(fd, bytes);

    public void BeginWriteback(int fd, long offset, long length) => Posix.BeginWriteback(fd, offset, length);

    public int Sync(int fd) => sync(fd);

    public void Close(int fd) => _ = Posix.Close(fd);

    public int Link(string from, string to) => link is null ? Posix.Link(from, to) : link(from, to);

    public bool AreSame(string a, string b) => FileIdentity.AreSame(a, b);

    public int RenameIfAbsent(string from, string to) => Posix.RenameIfAbsent(from, to);

    public int Unlink(string path) => Posix.Unlink(path);

    public void MakeFolder(string path) => Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public bool FolderExists(string path) => Directory.Exists(path);

    public IEnumerable<string> Folders(string path) => Directory.EnumerateDirectories(path);

    public FileFacts? Find(string path) =>
        IsThere(path) && new FileInfo(path) is { Exists: true } file ? new(path, file.Length, file.LastWriteTimeUtc) : null;

    public int? Read(string path, long offset, Span<byte> buffer)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var done = 0;
            while (done < buffer.Length)
            {
                var n = RandomAccess.Read(file, buffer[done..], offset + done);
                if (n == 0) break;
                done += n;
            }
            return done;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public IEnumerable<FileFacts> Files(string folder)
    {
        if (!IsThere(folder)) yield break;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", Everything))
        {
            FileFacts facts;
            try
            {
                facts = new(file.FullName, file.Length, file.LastWriteTimeUtc);
            }
            catch (FileNotFoundException)
            {
                continue; // deleted since it was listed
            }
            yield return facts;
        }
    }

    /// <summary>.NET calls absent what this user may not look at; here that throws.</summary>
    private static bool IsThere(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
