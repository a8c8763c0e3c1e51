using System.Text;

namespace Stillpoint.Cli.Session;

internal static class SecretLine
{
    /// <summary>A line from the terminal, not echoed. Null when input ends.</summary>
    public static string? Read()
    {
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    return text.ToString();
                case ConsoleKey.Backspace when text.Length > 0:
                    text.Length--;
                    break;
                case ConsoleKey.D when key.Modifiers.HasFlag(ConsoleModifiers.Control) && text.Length == 0:
                    return null;
                default:
                    if (key.KeyChar >= ' ') text.Append(key.KeyChar);
                    break;
            }
        }
    }
}
