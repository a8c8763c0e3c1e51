using Stillpoint.Model;
using Xunit;

namespace Stillpoint.Model.Tests;

public sealed class UlidTests
{
    [Fact]
    public void Text_ReadBack_IsTheSameValue()
    {
        var id = Ulid.New(TimeProvider.System);
        Assert.True(Ulid.TryParse(id.ToString(), out var back));
        Assert.Equal(id, back);
        Assert.Equal(26, id.ToString().Length);
    }

    [Fact]
    public void Bytes_ReadBack_AreTheSameValue()
    {
        var id = Ulid.New(TimeProvider.System);
        Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        Assert.Equal(id, Ulid.FromBytes(bytes));
    }

    [Fact]
    public void New_KnownTime_SortsByTimeAsText()
    {
        var early = Ulid.New(new FixedClock(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)));
        var late = Ulid.New(new FixedClock(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_001)));
        Assert.True(early.CompareTo(late) < 0);
        Assert.True(string.CompareOrdinal(early.ToString(), late.ToString()) < 0);
        Assert.Equal(1_700_000_000_000, early.Time.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("")]
    [InlineData("01arz3ndektsv4rrffq69g5fa")]
    [InlineData("01arz3ndektsv4rrffq69g5fau")]
    [InlineData("8zzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void TryParse_NotAnId_IsFalse(string text) => Assert.False(Ulid.TryParse(text, out _));

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
