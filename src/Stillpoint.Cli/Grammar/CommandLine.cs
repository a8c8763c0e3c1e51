using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Cli.Grammar;

/// <summary>What was asked for: a command, its argument and its options, all of them known to its grammar.</summary>
/// <param name="Path">The command's words after <c>stillpoint</c>.</param>
internal sealed record CommandLine(
    CommandSpec Command, IReadOnlyList<string> Path, string? Argument, IReadOnlyDictionary<string, IReadOnlyList<string>> Options)
{
    /// <summary>Where the command takes many.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>As one types it: <c>stillpoint vault init</c>.</summary>
    public string Name => string.Join(' ', Path.Prepend("stillpoint"));

    public string HelpCommand => Name + " --help";

    public bool Has(string option) => Options.ContainsKey(option);

    public string? Value(string option) => Options.TryGetValue(option, out var values) ? values[0] : null;

    public IReadOnlyList<string> Values(string option) => Options.TryGetValue(option, out var values) ? values : [];

    /// <exception cref="FailureException">UsageInvalid.</exception>
    public double? Number(string option, string expected)
    {
        if (Value(option) is not { } text) return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw Invalid(option, text, expected);
    }

    /// <summary>A whole number of at least <paramref name="least"/>; zero if the option is not given.</summary>
    /// <exception cref="FailureException">UsageInvalid.</exception>
    public int Count(string option, int least)
    {
        if (Value(option) is not { } text) return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1_000_000
            ? number
            : throw Invalid(option, text, string.Create(CultureInfo.InvariantCulture, $"{least}-1000000"));
    }

    public static FailureException Invalid(string option, string value, string expected) =>
        new(FailureCode.UsageInvalid, Stage.Input, ("option", option), ("value", value), ("expected", expected));

    /// <exception cref="FailureException">UsageConflict.</exception>
    public void NotTogether(string first, string second)
    {
        if (Has(first) && Has(second))
            throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", "--" + first), ("second", "--" + second));
    }

    /// <exception cref="FailureException">UsageConflict: the second makes no sense without the first.</exception>
    public FailureException ChooseOne(params string[] options) => new(
        FailureCode.UsageChooseOne, Stage.Input, ("command", Name), ("options", string.Join(" | ", options.Select(o => "--" + o))), ("help", HelpCommand));
}
