using System.Text.RegularExpressions;

namespace Stillpoint.Control.Access;

/// <summary>Each may do what those before it may.</summary>
public enum Role
{
    /// <summary>Looks.</summary>
    Reader,

    /// <summary>Backs up, restores and looks after vaults.</summary>
    Operator,

    /// <summary>Also users, tokens of others, the audit log and what cannot be undone.</summary>
    Admin,
}

/// <summary>
/// Which VMs somebody may know of, by name: patterns with <c>*</c> and <c>?</c>. A VM outside of them is not there at all, nor are its points and jobs.
/// </summary>
public sealed partial record VmScope
{
    public static readonly VmScope All = new((IReadOnlyList<string>?)null);

    private VmScope(IReadOnlyList<string>? patterns) => Patterns = patterns;

    /// <summary>Null: every VM.</summary>
    public IReadOnlyList<string>? Patterns { get; }

    public bool IsAll => Patterns is null;

    public static VmScope Of(IReadOnlyList<string>? patterns) => patterns is null ? All : new([.. patterns]);

    /// <summary>One pattern: 1 to 100 characters that a libvirt name may have, and the two signs.</summary>
    public static bool IsPattern(string text) => Pattern().IsMatch(text);

    public bool Allows(string vm) => Patterns is null || Patterns.Any(p => Matches(p, vm));

    /// <summary>As it stands in the catalog: a line for each.</summary>
    internal static VmScope Read(string? text) => text is null ? All : new(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    internal string? Write() => Patterns is null ? null : string.Join('\n', Patterns);

    /// <summary>Without backtracking over more than the last star: no pattern is slow.</summary>
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, from) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, from, p) = (p, t, p + 1);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t])) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, from, t) = (star + 1, from + 1, from + 1);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    [GeneratedRegex(@"^[^\p{C}/]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
