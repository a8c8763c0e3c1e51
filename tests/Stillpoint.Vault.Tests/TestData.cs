namespace Stillpoint.Vault.Tests;

internal static class TestData
{
    /// <summary>Bytes that look like a disk's: text-like, random and zero areas of 4 KiB.</summary>
    public static byte[] Disk(int size, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[size];
        for (var at = 0; at < size; at += 4096)
        {
            var part = bytes.AsSpan(at, Math.Min(4096, size - at));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(part);
                    break;
                case 1 or 2:
                    for (var i = 0; i < part.Length; i++) part[i] = (byte)('a' + random.Next(6));
                    break;
            }
        }
        return bytes;
    }
}
