using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Targets;

/// <summary>
/// A raw disk in a new sparse file or on a block device. Writes happen on the calling thread, past the page cache where buffer and place are
/// aligned: through it, half of a restore's processor time was the kernel's, and most of its wall time a file's one lock (VaultBench).
/// </summary>
public sealed class RawFileTarget : IDiskTarget
{
    private const int NoSpace = 28, QuotaExceeded = 122;

    /// <summary>A cancel is looked for between pieces of this size.</summary>
    private const long ZeroBytes = 64 << 20;

    private static readonly byte[] Zeroes = new byte[1 << 20];
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly bool _device;
    private readonly SafeFileHandle? _direct;

    private RawFileTarget(string path, SafeFileHandle file, bool device, long sizeBytes)
    {
        (_path, _file, _device, SizeBytes) = (path, file, device, sizeBytes);
        _direct = DiskCalls.OpenDirect(path);
    }

    public long SizeBytes { get; }

    /// <summary>Makes the file, which must not exist, readable by its owner alone. It reads as zeroes, and zeroing it does nothing.</summary>
    /// <exception cref="FailureException">TargetExists, TargetFull, TargetUnusable.</exception>
    public static RawFileTarget Create(string path, long sizeBytes)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new FailureException(Failure.Of(FailureCode.TargetExists, Stage.Restore, ("path", path)).With(new(path, error.Message)), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, FailureCode.TargetUnusable, error);
        }
        try
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.SetLength(file, sizeBytes);
            return new(path, file, device: false, sizeBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            file.Dispose();
            File.Delete(path);
            throw Failed(path, FailureCode.TargetUnusable, error);
        }
    }

    /// <summary>Opens a block device. What lies beyond the disk's size is left as it is; nothing is assumed about what is on it.</summary>
    /// <exception cref="FailureException">TargetTooSmall, TargetUnusable.</exception>
    public static RawFileTarget OpenDevice(string path, long sizeBytes)
    {
        SafeFileHandle? file = null;
        try
        {
            file = DiskCalls.OpenDevice(path);
            var there = DiskCalls.Seek(file, 0, DiskCalls.SeekEnd);
            if (there < 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
            if (there < sizeBytes)
                throw new FailureException(
                    FailureCode.TargetTooSmall, Stage.Restore, ("path", path), ("needed", Text(sizeBytes)), ("size", Text(there)));
            var target = new RawFileTarget(path, file, device: true, sizeBytes);
            file = null;
            return target;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, FailureCode.TargetUnusable, error);
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Space found beforehand lets writes to the file run side by side: one that must find its own holds the file's lock.</summary>
    public ValueTask ExpectAsync(long offset, long length, CancellationToken ct)
    {
        Check(offset, length);
        ct.ThrowIfCancellationRequested();
        if (_device || length == 0 || DiskCalls.Allocate(_file, 0, offset, length) == 0) return default;
        // A file system that cannot do it (NFS 3) loses nothing but speed; any other error will be met, and told, by the write.
        if (Marshal.GetLastPInvokeError() is not (NoSpace or QuotaExceeded)) return default;
        throw Failed(_path, FailureCode.TargetFull, new IOException(Marshal.GetLastPInvokeErrorMessage()));
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> buffer, CancellationToken ct)
    {
        Check(offset, buffer.Length);
        ct.ThrowIfCancellationRequested();
        Write(offset, buffer.Span);
        return default;
    }

    public ValueTask ZeroAsync(long offset, long length, CancellationToken ct)
    {
        Check(offset, length);
        if (!_device) return default;
        // The device's unit is at least 512 bytes: what does not fill one is written by hand.
        var first = Math.Min(offset + length, (offset + 511) & ~511L);
        var last = Math.Max(first, (offset + length) & ~511L);
        Write(offset, Zeroes.AsSpan(0, (int)(first - offset)));
        for (var at = first; at < last;)
        {
            ct.ThrowIfCancellationRequested();
            var piece = Math.Min(ZeroBytes, last - at);
            ZeroOnDevice(at, piece, ct);
            at += piece;
        }
        Write(last, Zeroes.AsSpan(0, (int)(offset + length - last)));
        return default;
    }

    public Task FlushAsync(CancellationToken ct) => Task.Run(
        () =>
        {
            try
            {
                RandomAccess.FlushToDisk(_file);
            }
            catch (IOException error)
            {
                throw Failed(_path, CodeOf(error), error);
            }
        },
        ct);

    public ValueTask DisposeAsync()
    {
        _direct?.Dispose();
        _file.Dispose();
        return default;
    }

    private unsafe void ZeroOnDevice(long offset, long length, CancellationToken ct)
    {
        var range = stackalloc ulong[2] { (ulong)offset, (ulong)length };
        if (DiskCalls.Control(_file, DiskCalls.BlockZeroOut, range) == 0) return;
        for (long done = 0; done < length; done += Zeroes.Length)
        {
            ct.ThrowIfCancellationRequested();
            Write(offset + done, Zeroes.AsSpan(0, (int)Math.Min(Zeroes.Length, length - done)));
        }
    }

    private void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || (_direct is not null && IsAligned(bytes, offset) && TryWriteDirect(offset, bytes))) return;
        try
        {
            RandomAccess.Write(_file, bytes, offset);
        }
        catch (IOException error)
        {
            throw Failed(_path, CodeOf(error), error);
        }
    }

    /// <summary>False: it is to be tried through the page cache. What only past it fails (a stricter alignment) goes well there, and the rest fails there too.</summary>
    private bool TryWriteDirect(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_direct!, bytes, offset);
            return true;
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            return false;
        }
    }

    private static unsafe bool IsAligned(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            return (((nuint)start | (nuint)offset | (nuint)bytes.Length) & (DiskBuffers.Alignment - 1)) == 0;
        }
    }

    private void Check(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, SizeBytes - length);
    }

    /// <summary>.NET keeps the system's error number in HResult where it has no exception of its own for it.</summary>
    private static FailureCode CodeOf(IOException error) =>
        error.HResult is NoSpace or QuotaExceeded ? FailureCode.TargetFull : FailureCode.TargetWriteFailed;

    private static FailureException Failed(string path, FailureCode code, Exception error) =>
        new(Failure.Of(code, Stage.Restore, ("path", path)).With(new(path, error.Message)), error);

    private static string Text(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
