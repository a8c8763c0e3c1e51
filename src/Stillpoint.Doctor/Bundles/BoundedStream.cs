namespace Stillpoint.Doctor.Bundles;

/// <summary>Thrown out of a read when a limit is met: what was read so far counts, the rest is not read.</summary>
internal sealed class LimitMetException(string reason) : IOException(reason)
{
    public string Reason => Message;
}

/// <summary>How much of a bundle has been read.</summary>
internal sealed class ReadBudget(BundleLimits limits)
{
    public BundleLimits Limits { get; } = limits;

    public long Bytes { get; set; }

    public int Files { get; set; }
}

/// <summary>Counts what comes out of a stream against the limits. Reading only.</summary>
/// <param name="stored">How many stored bytes the plain ones came from; null: not compressed.</param>
internal sealed class BoundedStream(Stream inner, ReadBudget budget, Func<long>? stored) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var limits = budget.Limits;
        if (_read >= limits.BytesOfFile || budget.Bytes >= limits.Bytes) throw new LimitMetException(SkipReason.TooMuch);
        if (stored is not null && _read > limits.RatioFrom && _read / limits.Ratio > Math.Max(1, stored())) throw new LimitMetException(SkipReason.Ratio);
        var got = inner.Read(buffer);
        _read += got;
        budget.Bytes += got;
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
