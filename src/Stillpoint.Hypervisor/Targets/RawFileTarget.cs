using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Stillpoint.Hypervisor.Interop;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Targets;

/// <summary>
/// A raw disk in a new sparse file or on a block device. Writes happen on the calling thread, into the page cache. (Asking the kernel to
/// write back early, by sync_file_range, was tried and made a restore no faster.)
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

    private RawFileTarget(string path, SafeFileHandle file, bool device, long sizeBytes)
    {
        (_path, _file, _device, SizeBytes) = (path, file, device, sizeBytes);
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
        if (bytes.IsEmpty) return;
        try
        {
            RandomAccess.Write(_file, bytes, offset);
        }
        catch (IOException error)
        {
            throw Failed(_path, CodeOf(error), error);
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
