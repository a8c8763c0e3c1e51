using Stillpoint.Texts;

namespace Stillpoint.Cli.Session;

internal static class Interrupted
{
    /// <summary>Says that the end is being made clean; to a terminal only, where somebody may press Ctrl-C again.</summary>
    public static void Tell(IReadOnlyList<string> words, CliWorld world)
    {
        if (!world.ErrorIsTerminal || words.Contains("--json")) return;
        world.Error.WriteLine();
        world.Error.WriteLine(LocalTexts.For(CliProgram.LanguageOf(words, world)).Of("progress.cancelling"));
    }
}
