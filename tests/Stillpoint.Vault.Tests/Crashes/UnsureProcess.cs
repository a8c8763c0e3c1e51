using System.Runtime.InteropServices;
using Stillpoint.Vault.Interop;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>One process's view of a disk: its own descriptors, its own death, and at most one fault that waits for it.</summary>
internal sealed class UnsureProcess(UnsureDisk disk, Fault? fault) : IFolderCalls
{
    private const int Eio = 5;
    private readonly Dictionary<int, (string Path, UnsureFile? File)> _open = [];
    private readonly Dictionary<DiskCall, int> _counts = [];
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _wake = new();
    private readonly int _boot = disk.Boot;
    private int _next = 3;
    private bool _dead;

    /// <summary>Whether the fault came.</summary>
    public bool Struck { get; private set; }

    /// <summary>Ends when the process stands still in a call.</summary>
    public Task Stalled => _stalled.Task;

    /// <summary>Changing calls so far, by kind.</summary>
    public IReadOnlyDictionary<DiskCall, int> Counts => _counts;

    public void Wake() => _wake.Set();

    public int Create(string path) => Call(DiskCall.Create, path, () =>
    {
        if (disk.Find(path) is not null) return Error(Posix.Eexist);
        if (!disk.IsFolder(Path.GetDirectoryName(path)!)) return Error(Posix.Enoent);
        _open[_next] = (path, disk.Create(path));
        return _next++;
    });

    public int OpenFolder(string path)
    {
        lock (disk.Lock)
        {
            ThrowIfDead();
            if (!disk.IsFolder(path)) return Error(Posix.Enoent);
            _open[_next] = (path, null);
            return _next++;
        }
    }

    public long Write(int fd, ReadOnlySpan<byte> bytes)
    {
        var given = bytes.ToArray();
        return Call(DiskCall.Write, _open[fd].Path, () =>
        {
            var room = (int)Math.Min(given.Length, Math.Max(0, disk.Capacity - disk.Used));
            if (room == 0 && given.Length > 0) return Error(Posix.Enospc);
            // Now and then fewer than asked for, as the system may.
            if (room > 100 && room % 3 == 0) room /= 2;
            _open[fd].File!.Append(given.AsSpan(0, room));
            _open[fd].File!.Written = disk.Now;
            return room;
        });
    }

    public void BeginWriteback(int fd, long offset, long length)
    {
    }

    public int Sync(int fd)
    {
        var (path, file) = _open[fd];
        return file is null
            ? Call(DiskCall.SyncFolder, path, () =>
            {
                disk.SyncFolder(path);
                return 0;
            })
            : Call(DiskCall.SyncFile, path, () =>
            {
                file.Sync();
                return 0;
            }, file.FailSync);
    }

    public void Close(int fd)
    {
        lock (disk.Lock) _open.Remove(fd);
    }

    public int Link(string from, string to) => Call(DiskCall.Link, to, () => disk.NoLinks ? Error(Posix.Eperm) : Move(from, to, keep: true));

    public int RenameIfAbsent(string from, string to) => Call(DiskCall.Rename, to, () => Move(from, to, keep: false));

    public int Unlink(string path) => Call(DiskCall.Unlink, path, () =>
    {
        if (disk.Find(path) is null) return Error(Posix.Enoent);
        disk.Name(path, null);
        return 0;
    });

    public void MakeFolder(string path) => Throwing(Call(DiskCall.MakeFolder, path, () =>
    {
        disk.MakeFolder(path);
        return 0;
    }));

    public bool FolderExists(string path) => Look(() => disk.IsFolder(path));

    public IEnumerable<string> Folders(string path) => Look(() => disk.Folders(path));

    public FileFacts? Find(string path) => Look(() => disk.Find(path) is { } f ? new FileFacts(path, f.Length, f.Written) : (FileFacts?)null);

    public int? Read(string path, long offset, Span<byte> buffer)
    {
        lock (disk.Lock)
        {
            ThrowIfDead();
            if (disk.Find(path) is not { } file) return null;
            var n = (int)Math.Clamp(file.Length - offset, 0, buffer.Length);
            if (n > 0) file.Bytes.Slice((int)offset, n).CopyTo(buffer);
            return n;
        }
    }

    public IEnumerable<FileFacts> Files(string folder) => Look(() => disk.Files(folder));

    private int Move(string from, string to, bool keep)
    {
        if (disk.Find(to) is not null) return Error(Posix.Eexist);
        if (disk.Find(from) is not { } file || !disk.IsFolder(Path.GetDirectoryName(to)!)) return Error(Posix.Enoent);
        disk.Name(to, file);
        if (!keep) disk.Name(from, null);
        return 0;
    }

    private int Call(DiskCall call, string path, Func<int> effect, Action? failing = null)
    {
        int? done = null;
        lock (disk.Lock)
        {
            ThrowIfDead();
            var ordinal = _counts[call] = _counts.GetValueOrDefault(call) + 1;
            if (fault is null || fault.Call != call || fault.Ordinal != ordinal - 1) return effect();
            Struck = true;
            if (fault.Kind is not (FaultKind.Stall or FaultKind.LongStall)) return Strike(effect, failing);
            if (fault.After) done = effect();
        }
        var error = Marshal.GetLastPInvokeError();
        // Standing still: others go on, some on this very thread.
        _stalled.TrySetResult();
        _wake.Wait();
        lock (disk.Lock)
        {
            ThrowIfDead();
            if (done is null) return effect();
            Marshal.SetLastPInvokeError(error);
            return done.Value;
        }
    }

    private int Strike(Func<int> effect, Action? failing)
    {
        switch (fault!.Kind)
        {
            case FaultKind.Full:
                disk.Capacity = disk.Used;
                return effect();
            case FaultKind.Fail:
                if (failing is not null) failing();
                else if (fault.After) effect();
                return Error(Eio);
            default:
                if (fault.After) effect();
                _dead = true;
                if (fault.Kind == FaultKind.PowerCut) disk.CutPower(new Random(fault.Seed));
                throw new DeathException();
        }
    }

    private T Look<T>(Func<T> look)
    {
        lock (disk.Lock)
        {
            ThrowIfDead();
            return look();
        }
    }

    private void ThrowIfDead()
    {
        if (_dead || disk.Boot != _boot) throw new DeathException();
    }

    private static int Error(int errno)
    {
        Marshal.SetLastPInvokeError(errno);
        return -1;
    }

    private static void Throwing(int result)
    {
        if (result != 0) throw new IOException("mkdir", Marshal.GetLastPInvokeError());
    }
}
