using System.Text.RegularExpressions;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Access;

/// <summary>What names, roles and VM patterns may be.</summary>
internal static partial class UserRules
{
    private const int MostPatterns = 100;

    /// <exception cref="FailureException">RequestInvalid.</exception>
    public static string Name(string text) =>
        NamePattern().IsMatch(text) && text != "local" ? text : throw Requests.Invalid("name", "1-64 of a-z, 0-9, . _ @ -");

    public static Role Role(string text) => Requests.Choice<Role>("role", text);

    public static VmScope Vms(IReadOnlyList<string>? patterns) => patterns is null || (patterns.Count is > 0 and <= MostPatterns && patterns.All(VmScope.IsPattern))
        ? VmScope.Of(patterns)
        : throw Requests.Invalid("vms", $"null, or 1-{MostPatterns} names with * and ?");

    public static string Label(string text) => LabelPattern().IsMatch(text) ? text : throw Requests.Invalid("label", "1-100 characters");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._@-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[^\p{C}]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();
}
