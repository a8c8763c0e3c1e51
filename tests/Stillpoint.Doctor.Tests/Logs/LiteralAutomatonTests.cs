using System.Text;
using Stillpoint.Doctor.Logs;
using Xunit;

namespace Stillpoint.Doctor.Tests.Logs;

public sealed class LiteralAutomatonTests
{
    [Fact]
    public void Search_TextsWithinAndAcrossEachOther_FindsAllOfThem()
    {
        string[] literals = ["she", "he", "hers", "usher", "fsfreeze", "freeze"];
        var found = new bool[literals.Length];
        Assert.True(new LiteralAutomaton(literals).Search("the USHERS fsfreezer"u8, found));
        Assert.Equal([true, true, true, true, true, true], found);
    }

    [Fact]
    public void Search_NothingThere_MarksNothing()
    {
        var found = new bool[1];
        Assert.False(new LiteralAutomaton(["frozen"]).Search("froze n"u8, found));
        Assert.False(found[0]);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Search_RandomTexts_AgreesWithContains(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            // Few letters, so that texts overlap and fall back on each other all the time.
            var literals = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Word(3, 8)).Distinct().ToArray();
            var automaton = new LiteralAutomaton(literals);
            for (var i = 0; i < 50; i++)
            {
                var line = Word(0, 60).Replace('c', 'C') + (i % 7 == 0 ? "\u00e9\u00ff" : "") + Word(0, 9);
                var found = new bool[literals.Length];
                automaton.Search(Encoding.UTF8.GetBytes(line), found);
                Assert.Equal(literals.Select(l => line.Contains(l, StringComparison.OrdinalIgnoreCase)), found);
            }
        }

        string Word(int least, int most) => string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => "abc"[random.Next(3)]));
    }
}
