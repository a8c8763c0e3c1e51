using System.Text;

namespace Stillpoint.Doctor.Logs;

/// <summary>
/// A stream as lines of UTF-8, in a buffer of fixed size whatever the stream holds: a line longer than <see cref="LongestPiece"/> comes in
/// pieces with the same number. UTF-16 is turned into UTF-8 on the way. For one reader.
/// </summary>
internal sealed class LineFeed
{
    public const int LongestPiece = 4096;
    private const int BufferBytes = 1 << 18;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Stream _stream;
    private int _start, _end;
    private bool _ended, _inLine;

    public LineFeed(Stream stream)
    {
        _stream = stream;
        Fill();
        if (Utf16() is { } encoding)
        {
            var raw = new MemoryStream(_buffer[.._end]);
            _stream = Encoding.CreateTranscodingStream(new Prefixed(raw, stream), encoding, new UTF8Encoding(false));
            (_start, _end, _ended) = (0, 0, false);
            Fill();
        }
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) _start = 3;
    }

    /// <summary>From 1; of the piece returned last.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes given out.</summary>
    public long Consumed { get; private set; }

    /// <summary>What the stream begins with, to tell its kind by. Before the first line only.</summary>
    public ReadOnlySpan<byte> Beginning => _buffer.AsSpan(_start, Math.Min(_end - _start, 1 << 16));

    /// <summary>True where this is no text: compressed, a program, a database.</summary>
    public bool IsBinary
    {
        get
        {
            var head = Beginning[..Math.Min(Beginning.Length, 4096)];
            var odd = 0;
            foreach (var b in head) odd += b < 32 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 27) ? 1 : 0;
            return odd * 10 > head.Length;
        }
    }

    /// <param name="piece">Without its line end; good until the next call.</param>
    public bool Next(out ReadOnlySpan<byte> piece)
    {
        while (true)
        {
            var window = _buffer.AsSpan(_start, Math.Min(_end - _start, LongestPiece + 1));
            var length = window.IndexOf((byte)'\n');
            if (length < 0 && window.Length <= LongestPiece && !_ended)
            {
                Fill();
                continue;
            }
            if (window.Length == 0)
            {
                piece = default;
                return false;
            }
            if (!_inLine) Number++;
            var whole = length >= 0;
            if (!whole) length = Math.Min(window.Length, LongestPiece);
            piece = window[..length];
            _inLine = !whole;
            var taken = whole ? length + 1 : length;
            _start += taken;
            Consumed += taken;
            if (piece.Length > 0 && piece[^1] == '\r') piece = piece[..^1];
            return true;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        var got = _stream.ReadAtLeast(_buffer.AsSpan(_end), 1, throwOnEndOfStream: false);
        _end += got;
        _ended = got == 0;
    }

    /// <summary>By its mark, or because every other byte of the beginning is zero, as Windows' tools write without a mark.</summary>
    private Encoding? Utf16()
    {
        var head = _buffer.AsSpan(0, Math.Min(_end, 512));
        if (head is [0xFF, 0xFE, ..]) return Encoding.Unicode;
        if (head is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode;
        if (head.Length < 8) return null;
        var (even, odd) = (0, 0);
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }
        var most = head.Length / 2 * 7 / 10;
        return odd > most && even == 0 ? Encoding.Unicode : even > most && odd == 0 ? Encoding.BigEndianUnicode : null;
    }

    private sealed class Prefixed(MemoryStream first, Stream rest) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var got = first.Read(buffer, offset, count);
            return got > 0 ? got : rest.Read(buffer, offset, count);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
