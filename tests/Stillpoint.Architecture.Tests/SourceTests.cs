using System.Text.RegularExpressions;
using Xunit;

namespace Stillpoint.Architecture.Tests;

/// <summary>How the code is written.</summary>
public sealed class SourceTests
{
    /// <summary>Where any exception may be caught, and why. Everywhere else expected failures are named and bugs pass through.</summary>
    private static readonly Dictionary<string, string> CatchAll = new()
    {
        ["src/Stillpoint.Cli/CliProgram.cs"] = "the boundary of a command: what nobody expected is told as a bug",
        ["src/Stillpoint.Control/Jobs/JobBoundary.cs"] = "the boundary of a job: what nobody expected is recorded as a bug with its stack",
        ["src/Stillpoint.Control/Workers/WorkerProgram.cs"] = "the same boundary in the job's own process: its owner is told the bug with its stack",
        ["src/Stillpoint.Server/Http/FailureAnswers.cs"] = "the boundary of a request: what nobody expected is logged as a bug, and told without its stack",
        ["src/Stillpoint.Engine/Transfer/BlockTransfer.cs"] = "a worker's fault is handed to the flow that waits, which throws it on",
    };

    [Fact]
    public void Files_OfCode_StayReadable()
    {
        Assert.All(SourceTree.Code("src").Concat(SourceTree.Code("tests")), file => Assert.True(SourceTree.Lines(file).Length <= 500, file));
        var lengths = SourceTree.Code("src").Select(file => SourceTree.Lines(file).Length).Order().ToArray();
        Assert.True(lengths[lengths.Length / 2] <= 80, $"the median source file has {lengths[lengths.Length / 2]} lines");
    }

    [Fact]
    public void Names_OfFilesAndTypes_SayWhatTheThingIs()
    {
        var vague = new Regex("(Utils?|Utilities|Helpers?|Manager|Misc|Common)$");
        Assert.All(SourceTree.Code("src").Concat(SourceTree.Code("tests")), file =>
        {
            Assert.DoesNotMatch(vague, Path.GetFileNameWithoutExtension(file).Split('.')[0]);
            foreach (Match type in Regex.Matches(SourceTree.Text(file), @"\b(?:class|record|struct|interface|enum) (\w+)"))
                Assert.DoesNotMatch(vague, type.Groups[1].Value);
        });
    }

    [Fact]
    public void Code_InTheRepository_IsFinished()
    {
        var unfinished = new Regex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b|NotImplemented" + "Exception");
        var written = SourceTree.Files.Where(SourceTree.IsText).Where(f => !f.EndsWith("packages.lock.json", StringComparison.Ordinal) && !f.EndsWith("package-lock.json", StringComparison.Ordinal));
        Assert.All(written, file => Assert.False(unfinished.IsMatch(SourceTree.Text(file)), file));
    }

    [Fact]
    public void Code_OfSource_AvoidsWhatHidesFaults()
    {
        // Time and sleeping are held by the banned-symbols analyser; a pragma would silence it.
        var banned = new Regex(@"#pragma warning disable|\basync void\b|\bGC\.Collect\b");
        Assert.All(SourceTree.Code("src"), file => Assert.False(banned.IsMatch(SourceTree.Text(file)), file));
        Assert.All(SourceTree.Projects("src"), file => Assert.DoesNotContain("NoWarn", SourceTree.Text(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Catch_OfEverything_IsOnlyWhereTheTableSaysWhy()
    {
        var found = SourceTree.Code("src").Where(file => SwallowsAll(SourceTree.Text(file)));
        Assert.Equal(CatchAll.Keys.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void Engine_BelowTheCatalog_HasNoSql() =>
        Assert.All(SourceTree.Code("src/Stillpoint.Engine"), file =>
            Assert.DoesNotMatch(@"using (Dapper|Microsoft\.Data)|\b(SELECT|INSERT INTO|UPDATE) \w+", SourceTree.Text(file)));

    // A clean-up that throws on what it caught is not meant.
    private static bool SwallowsAll(string code) => Regex.Matches(code, @"\bcatch\s*(\(Exception( \w+)?\)\s*)?\{")
        .Any(match => !Block(code, match.Index + match.Length).Contains("throw;", StringComparison.Ordinal));

    private static string Block(string code, int start)
    {
        var end = start;
        for (var depth = 1; depth > 0 && end < code.Length; end++) depth += code[end] switch { '{' => 1, '}' => -1, _ => 0 };
        return code[start..end];
    }
}
