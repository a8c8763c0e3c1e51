using System.Globalization;
using Stillpoint.Contracts;
using Stillpoint.Model;

namespace Stillpoint.Server.Http;

/// <summary>What requests have in common: ranges, choices, pages, confirmations. What does not fit is refused by its field, with what would.</summary>
internal static class Requests
{
    private const int DefaultLimit = 100, MostLimit = 1000;

    public static FailureException Invalid(string field, string expected) =>
        new(FailureCode.RequestInvalid, Stage.Input, ("field", field), ("expected", expected));

    public static int Limit(int? limit) => Range("limit", limit ?? DefaultLimit, 1, MostLimit);

    public static int Range(string field, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{least}-{most}"));

    public static double Range(string field, double value, double least, double most) => value >= least && value <= most
        ? value
        : throw Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{least}-{most}"));

    /// <summary>One of an enum's words in kebab case, exactly.</summary>
    public static T Choice<T>(string field, string text, params ReadOnlySpan<T> of) where T : struct, Enum
    {
        var all = of.IsEmpty ? Enum.GetValues<T>() : of.ToArray();
        foreach (var value in all)
            if (value.ToText() == text) return value;
        throw Invalid(field, string.Join(", ", all.Select(v => v.ToText())));
    }

    /// <param name="found">One more than <paramref name="limit"/> where there is a next page.</param>
    public static Page<T> PageOf<T>(IReadOnlyList<T> found, int limit, Func<T, string> id) =>
        found.Count > limit ? new([.. found.Take(limit)], id(found[limit - 1])) : new(found, null);

    /// <summary>The second confirmation of what takes something away: its name, given again.</summary>
    /// <exception cref="FailureException">ConfirmationNeeded.</exception>
    public static void Confirm(string? given, string expected)
    {
        if (given != expected) throw new FailureException(FailureCode.ConfirmationNeeded, Stage.Input, ("expected", expected));
    }

    /// <summary>Text of a request: no longer than any name, and nothing that could end a line in a log.</summary>
    public static string Text(string field, string value, int most = 255) =>
        value.Length > 0 && value.Length <= most && !value.Any(char.IsControl) ? value : throw Invalid(field, $"1-{most} characters");

    /// <summary>An absolute path without steps upwards.</summary>
    public static string FullPath(string field, string value)
    {
        Text(field, value, 4000);
        return Path.IsPathFullyQualified(value) && Path.GetFullPath(value) == value ? value : throw Invalid(field, "an absolute path without .. or //");
    }
}
