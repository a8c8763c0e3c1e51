using System.Text;
using Stillpoint.Doctor.Logs;
using Xunit;

namespace Stillpoint.Doctor.Tests.Logs;

public sealed class LineFeedTests
{
    [Fact]
    public void Next_LinesOfAllEndings_ComeWholeAndNumbered()
    {
        var lines = Read("one\r\ntwo\n\nfour"u8.ToArray());
        Assert.Equal([(1, "one"), (2, "two"), (3, ""), (4, "four")], lines);
    }

    [Theory, InlineData("utf-16"), InlineData("utf-16BE"), InlineData("utf-8")]
    public void Next_OtherEncodings_AreTheSameText(string name)
    {
        var text = string.Concat(Enumerable.Range(1, 3000).Select(i => $"line {i} with \u00e9 and \u4e2d\r\n"));
        var encoding = Encoding.GetEncoding(name);
        foreach (var mark in new[] { true, false })
        {
            byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
            var lines = Read(bytes);
            Assert.Equal(3000, lines.Count);
            Assert.Equal((3000, "line 3000 with \u00e9 and \u4e2d"), lines[^1]);
            Assert.Equal((1, "line 1 with \u00e9 and \u4e2d"), lines[0]);
        }
    }

    [Fact]
    public void Next_AnEndlessLine_ComesInBoundedPiecesOfOneNumber()
    {
        var bytes = new byte[1_000_003];
        bytes.AsSpan().Fill((byte)'x');
        bytes[^2] = (byte)'\n';
        var lines = Read(bytes);
        Assert.All(lines, l => Assert.True(l.Text.Length <= LineFeed.LongestPiece));
        Assert.Equal(1_000_001, lines.Where(l => l.Number == 1).Sum(l => l.Text.Length));
        Assert.Equal((2, "x"), lines[^1]);
    }

    [Theory, InlineData(5), InlineData(6)]
    public void Next_RandomBytesInRandomReads_LosesNothing(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[700_000];
        random.NextBytes(bytes);
        // Not zero: that would be another encoding.
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(bytes[i] % 5 == 0 ? '\n' : bytes[i] | 0x41);
        var expected = new List<string>();
        foreach (var line in Encoding.Latin1.GetString(bytes).Split('\n')) expected.Add(line);
        if (expected[^1].Length == 0) expected.RemoveAt(expected.Count - 1);
        var feed = new LineFeed(new Dribble(bytes, random));
        var got = new List<string>();
        while (feed.Next(out var piece)) got.Add(Encoding.Latin1.GetString(piece));
        Assert.Equal(expected, got);
        Assert.Equal(bytes.Length, feed.Consumed);
    }

    private static List<(int Number, string Text)> Read(byte[] bytes)
    {
        var feed = new LineFeed(new MemoryStream(bytes));
        var lines = new List<(int, string)>();
        while (feed.Next(out var piece)) lines.Add((feed.Number, Encoding.UTF8.GetString(piece)));
        return lines;
    }

    /// <summary>Gives a few bytes at a time, as a network or an unpacker may.</summary>
    private sealed class Dribble(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 5000)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, 5000))]);
    }
}
