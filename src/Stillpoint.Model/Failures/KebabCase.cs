using System.Text;

namespace Stillpoint.Model;

public static class KebabCase
{
    /// <summary><c>VaultWrongPassphrase</c> to <c>vault-wrong-passphrase</c>: the stable text form of every enum in this model.</summary>
    public static string ToText<T>(this T value) where T : struct, Enum => From(value.ToString());

    private static string From(string name)
    {
        var text = new StringBuilder(name.Length + 6);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
