using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;
using Xunit.Sdk;

namespace Stillpoint.EndToEnd.Tests.SafetyPage;

/// <summary>
/// The facts of cases that ran, a file each, in the folder <c>STILLPOINT_SAFETY_FACTS</c> or else artifacts/safety. Where the variable is set, a case
/// that has its fact there is not run again: so an interrupted <c>./test --all capture</c> goes on where it was.
/// </summary>
internal static class SafetyFacts
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string? Resumed = Environment.GetEnvironmentVariable("STILLPOINT_SAFETY_FACTS");
    private static readonly Lazy<Task<string>> Commit = new(CommitAsync);

    public static string Folder => Resumed ?? Repository.PathOf("artifacts", "safety");

    /// <summary>Why a test is skipped whose cases need not run again.</summary>
    public const string GreenBefore = "green before at these sources";

    /// <summary>Whether the case may be left out.</summary>
    public static bool IsGreen(string table, string @case) => Resumed is not null && Read(table, @case) is { Failed: null };

    /// <summary>Runs the case and writes down its cells, or how it failed.</summary>
    public static async Task WriteAsync(string table, string @case, Func<Task<string[]>> run)
    {
        try
        {
            await WriteAsync(new(table, @case, await run(), TimeProvider.System.GetUtcNow(), await Commit.Value));
        }
        catch (Exception e)
        {
            var said = e.Message.Replace("$XunitDynamicSkip$", "", StringComparison.Ordinal).Split('\n')[0];
            var failed = e is SkipException ? "not run: " + said : "failed: " + said;
            await WriteAsync(new(table, @case, [], TimeProvider.System.GetUtcNow(), await Commit.Value, failed));
            throw;
        }
    }

    /// <summary>The same for a test that is one case, which is skipped where it need not run.</summary>
    public static Task CaseAsync(string table, string @case, Func<Task<string[]>> run)
    {
        Assert.SkipWhen(IsGreen(table, @case), GreenBefore);
        return WriteAsync(table, @case, run);
    }

    public static SafetyFact? Read(string table, string @case) => File.Exists(PathOf(table, @case))
        ? JsonSerializer.Deserialize<SafetyFact>(File.ReadAllBytes(PathOf(table, @case)))
        : null;

    private static async Task WriteAsync(SafetyFact fact)
    {
        Directory.CreateDirectory(Folder);
        var path = PathOf(fact.Table, fact.Case);
        await File.WriteAllTextAsync(path + ".new", JsonSerializer.Serialize(fact, Indented));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string PathOf(string table, string @case) => Path.Combine(Folder, $"{table}.{@case.Replace(' ', '-').Replace('/', '-')}.json");

    private static async Task<string> CommitAsync()
    {
        var git = await Tool.RunAsync("git", "-C", Repository.Root, "log", "-1", "--format=%h", "--", "src");
        if (git.ExitCode != 0) return "unknown";
        var changes = await Tool.RunAsync("git", "-C", Repository.Root, "status", "--porcelain", "--", "src");
        return git.Out.Trim() + (changes.Out.Trim().Length > 0 ? "+" : "");
    }
}
