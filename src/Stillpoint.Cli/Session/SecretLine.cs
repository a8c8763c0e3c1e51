namespace Stillpoint.Cli.Session;

internal static class SecretLine
{
    /// <summary>Longer than anybody types; what is typed past it is dropped.</summary>
    private const int MaxLength = 1024;

    /// <summary>A line from the terminal, not echoed. Null when input ends. The caller clears it.</summary>
    public static char[]? Read()
    {
        var typed = GC.AllocateArray<char>(MaxLength, pinned: true);
        var length = 0;
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                switch (key.Key)
                {
                    case ConsoleKey.Enter:
                        var line = GC.AllocateUninitializedArray<char>(length, pinned: true);
                        typed.AsSpan(0, length).CopyTo(line);
                        return line;
                    case ConsoleKey.Backspace when length > 0:
                        length--;
                        break;
                    case ConsoleKey.D when key.Modifiers.HasFlag(ConsoleModifiers.Control) && length == 0:
                        return null;
                    default:
                        if (key.KeyChar >= ' ' && length < MaxLength) typed[length++] = key.KeyChar;
                        break;
                }
            }
        }
        finally
        {
            Array.Clear(typed);
        }
    }
}
