namespace Stillpoint.Bench.VaultBench;

internal static class Differences
{
    /// <summary>Numbers of the blocks that differ; a plain comparison of both files, not part of any measured time.</summary>
    public static IReadOnlyList<long> Between(string a, string b, int blockSize)
    {
        const int step = 4 << 20;
        using var x = File.OpenHandle(a);
        using var y = File.OpenHandle(b);
        var (left, right) = (new byte[step], new byte[step]);
        var found = new List<long>();
        for (long at = 0; ; at += step)
        {
            var n = RandomAccess.Read(x, left, at);
            var m = RandomAccess.Read(y, right, at);
            if (n != m) throw new InvalidDataException($"lengths differ at {at}");
            if (n == 0) return found;
            for (var i = 0; i < n; i += blockSize)
                if (!left.AsSpan(i, Math.Min(blockSize, n - i)).SequenceEqual(right.AsSpan(i, Math.Min(blockSize, n - i)))) found.Add((at + i) / blockSize);
        }
    }
}
