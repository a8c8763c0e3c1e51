using System.Runtime.InteropServices;

namespace Stillpoint.Hypervisor.Interop;

/// <summary>Waits for a file descriptor or for another thread's word (an eventfd), whichever comes first.</summary>
internal sealed unsafe partial class WakePoll : IDisposable
{
    private const short In = 1, Out = 4, Err = 8, HangUp = 16;
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _event;
    private readonly int _fd;

    internal WakePoll()
    {
        _fd = EventFd(0, CloseOnExec | NonBlocking);
        if (_fd < 0) throw new IOException("eventfd: " + Marshal.GetLastPInvokeErrorMessage());
        _event = new(_fd, ownsHandle: true);
    }

    /// <summary>Any thread. The waiting thread, or the next one to wait, returns at once. Nothing happens after <see cref="Dispose"/>.</summary>
    internal void Wake()
    {
        var kept = false;
        try
        {
            _event.DangerousAddRef(ref kept);
            ulong one = 1;
            _ = Write(_fd, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // nobody waits any more
        }
        finally
        {
            if (kept) _event.DangerousRelease();
        }
    }

    /// <param name="milliseconds">At most so long; -1: until something happens.</param>
    /// <returns>Whether <paramref name="fd"/> can be read or was hung up, and whether it can be written.</returns>
    internal (bool Readable, bool Writable) Wait(int fd, bool read, bool write, int milliseconds)
    {
        var polled = stackalloc PollFd[2];
        polled[0] = new() { Fd = fd, Events = (short)((read ? In : 0) | (write ? Out : 0)) };
        polled[1] = new() { Fd = _fd, Events = In };
        // An interrupted or failed poll counts as nothing happened: the caller looks at its own state and comes back.
        if (Poll(polled, 2, milliseconds) <= 0) return default;
        if (polled[1].Returned != 0)
        {
            ulong count;
            _ = Read(_fd, &count, sizeof(ulong));
        }
        return ((polled[0].Returned & (In | HangUp | Err)) != 0, (polled[0].Returned & Out) != 0);
    }

    public void Dispose() => _event.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* fds, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, void* buffer, nuint count);
}
