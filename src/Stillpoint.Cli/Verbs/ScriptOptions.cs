using Stillpoint.Cli.Grammar;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>How the guest's scripts are run: what is given changes what is there.</summary>
internal static class ScriptOptions
{
    public static readonly OptionSpec[] All =
        [new("scripts", "RULE", Choices: ["continue", "fail", "skip"]), new("script-limit", "SECONDS"), new("script-retries", "N")];

    public static ScriptPolicy Apply(ScriptPolicy present, CommandLine line) => new()
    {
        Rule = line.Value("scripts") switch
        {
            "continue" => ScriptRule.Continue, "fail" => ScriptRule.Fail, "skip" => ScriptRule.Skip, _ => present.Rule,
        },
        Limit = line.Number("script-limit", "1-3600") is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1e6)) : present.Limit,
        Retries = line.Number("script-retries", "0-10") is { } count ? (int)Math.Clamp(count, -1, 1e6) : present.Retries,
    };
}
