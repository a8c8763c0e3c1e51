namespace Stillpoint.Vault.Stores;

/// <param name="Written">By the file system's own clock.</param>
internal readonly record struct FileFacts(string Path, long Length, DateTimeOffset Written);

/// <summary>
/// What a folder store asks of its file system, call by call: the crash tests put one beneath it that forgets what was not synced. Calls that return
/// a number tell failure as the system does: -1, and the errno in <c>Marshal.GetLastPInvokeError</c>. The others throw what .NET throws.
/// </summary>
internal interface IFolderCalls
{
    /// <summary>A new file, only for the owner, open for writing.</summary>
    int Create(string path);

    int OpenFolder(string path);

    /// <returns>Bytes written: at least one, perhaps fewer than given.</returns>
    long Write(int fd, ReadOnlySpan<byte> bytes);

    /// <summary>Asks for the range to be written out, without waiting; errors show at the sync.</summary>
    void BeginWriteback(int fd, long offset, long length);

    int Sync(int fd);

    void Close(int fd);

    int Link(string from, string to);

    /// <summary>Whether two names are one file. False where that cannot be told.</summary>
    bool AreSame(string a, string b) => false;

    int RenameIfAbsent(string from, string to);

    int Unlink(string path);

    void MakeFolder(string path);

    bool FolderExists(string path);

    /// <summary>Whole paths of the folders in a folder.</summary>
    IEnumerable<string> Folders(string path);

    /// <returns>Null: no such file.</returns>
    FileFacts? Find(string path);

    /// <returns>Null: no such file.</returns>
    int? Read(string path, long offset, Span<byte> buffer);

    /// <summary>Every file below a folder; none if it is not there.</summary>
    IEnumerable<FileFacts> Files(string folder);
}
