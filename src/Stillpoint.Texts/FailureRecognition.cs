using Stillpoint.Model;

namespace Stillpoint.Texts;

/// <summary>Back from words to the code: which failure of ours a message tells, in whichever language it was written.</summary>
public static class FailureRecognition
{
    private const string Prefix = "failure.";

    /// <summary>The failure whose fixed words are all in the message, in their order; of several the one with the most words.</summary>
    /// <returns>Null: none.</returns>
    public static (FailureCode Code, Language Language)? Find(string message)
    {
        var text = Squeezed(message);
        (FailureCode, Language)? best = null;
        var most = 0;
        foreach (var language in Language.All)
        {
            var templates = LocalTexts.For(language).Templates;
            foreach (var code in Enum.GetValues<FailureCode>())
            {
                var parts = Fixed(templates[Prefix + code.ToText()]);
                var length = parts.Sum(p => p.Length);
                if (length <= most || !InOrder(text, parts)) continue;
                (best, most) = ((code, language), length);
            }
        }
        return best;
    }

    /// <summary>What stands in every rendering of a template: the text outside of its places and of its optional parts.</summary>
    private static List<string> Fixed(string template)
    {
        var parts = new List<string>();
        var part = new System.Text.StringBuilder();
        var depth = 0;
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            if (c is '[' or ']' && i + 1 < template.Length && template[i + 1] == c)
            {
                i++;
                End();
            }
            else if (c is '[' or '{')
            {
                depth++;
                End();
            }
            else if (c is ']' or '}')
            {
                depth--;
            }
            else if (depth == 0)
            {
                part.Append(c);
            }
        }
        End();
        return parts;

        void End()
        {
            var text = Squeezed(part.ToString()).Trim();
            if (text.Any(char.IsLetter)) parts.Add(text);
            part.Clear();
        }
    }

    private static bool InOrder(string text, List<string> parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            at = text.IndexOf(part, at, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return false;
            at += part.Length;
        }
        return parts.Count > 0;
    }

    /// <summary>A message that was pasted may have been wrapped on the way.</summary>
    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
