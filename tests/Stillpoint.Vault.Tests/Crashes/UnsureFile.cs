namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>A file that is only appended to. Bytes up to a mark are safe; of those beyond, a power cut keeps what it likes.</summary>
internal sealed class UnsureFile(int number, DateTimeOffset written)
{
    private byte[] _bytes = [];
    private int _safe;
    private int _lostFrom = int.MaxValue, _lostTo;

    public int Number => number;

    public int Length => _bytes.Length;

    public DateTimeOffset Written { get; set; } = written;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public UnsureFile Clone() => new(number, Written) { _bytes = _bytes, _safe = _bytes.Length };

    public void Append(ReadOnlySpan<byte> bytes) => _bytes = [.. _bytes, .. bytes];

    public void Sync() => _safe = _bytes.Length;

    /// <summary>The kernel calls the pages clean although they never reached the disk: they are lost whatever is synced later.</summary>
    public void FailSync()
    {
        if (_bytes.Length > _safe) (_lostFrom, _lostTo) = (Math.Min(_lostFrom, _safe), _bytes.Length);
    }

    public void CutPower(Random random)
    {
        if (_safe == _bytes.Length && _lostFrom >= _safe) return;
        var kept = random.Next(_safe, _bytes.Length + 1);
        var after = _bytes[..kept];
        if (kept > _safe && random.Next(2) == 0) after.AsSpan(random.Next(_safe, kept)..).Clear();
        if (_lostFrom < kept) after.AsSpan(_lostFrom, Math.Min(_lostTo, kept) - _lostFrom).Clear();
        (_bytes, _safe) = (after, kept);
    }
}
