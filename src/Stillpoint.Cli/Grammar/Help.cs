using System.Text;
using Stillpoint.Cli.Output;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Grammar;

/// <summary>The help of a command, from its grammar and the texts.</summary>
internal static class Help
{
    public static string Of(CommandLine line, LocalTexts texts)
    {
        var help = new StringBuilder();
        var command = line.Command;
        help.AppendLine(line.Path.Count == 0 ? texts.Of("help.about") : texts.Of("cmd." + string.Join('.', line.Path))).AppendLine();
        var usage = new StringBuilder(line.Name);
        if (command.Commands.Length > 0) usage.Append(" COMMAND");
        if (command.Argument is { } argument) usage.Append(' ').Append(argument.Synopsis);
        if (command.Options.Length > 0) usage.Append(" [...]");
        help.AppendLine(texts.Labelled(texts.Of("help.usage"), usage.ToString()));
        if (command.Commands.Length > 0)
            Section(help, texts.Labelled(texts.Of("help.commands"), ""), Leaves(command, line.Path, []).Select(c => (c.Name, texts.Of(c.Key))));
        if (command.Argument is { } a) Section(help, texts.Labelled(texts.Of("help.arguments"), ""), [(a.Synopsis, texts.Of(a.HelpKey))]);
        if (command.Options.Length > 0)
            Section(help, texts.Labelled(texts.Of("help.options"), ""), command.Options.Select(o => (Synopsis(o), texts.Of(o.HelpKey))));
        Section(help, texts.Labelled(texts.Of("help.everywhere"), ""), CommandTree.Everywhere.Select(o => (Synopsis(o), texts.Of(o.HelpKey))));
        if (line.Path.Count == 0) help.AppendLine().AppendLine(texts.Of("help.more"));
        return help.ToString();
    }

    private static string Synopsis(OptionSpec option) =>
        option.Choices is { } choices ? $"--{option.Name} {string.Join('|', choices)}" : option.Synopsis;

    private static IEnumerable<(string Name, string Key)> Leaves(CommandSpec group, IEnumerable<string> above, IReadOnlyList<string> below)
    {
        foreach (var command in group.Commands)
        {
            string[] path = [.. below, command.Name];
            if (command.Run is not null)
            {
                var name = string.Join(' ', path) + (command.Argument is { } a ? " " + a.Synopsis : "");
                yield return (name, "cmd." + string.Join('.', above.Concat(path)));
            }
            foreach (var leaf in Leaves(command, above, path)) yield return leaf;
        }
    }

    private static void Section(StringBuilder help, string title, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToArray();
        var width = Math.Min(34, all.Max(r => DisplayWidth.Of(r.Left)));
        help.AppendLine().AppendLine(title);
        foreach (var (left, right) in all)
        {
            help.Append("  ").Append(left);
            // A long left side gets a line of its own: the explanations stay in one column.
            if (DisplayWidth.Of(left) > width) help.AppendLine().Append(' ', width + 2);
            else help.Append(' ', width - DisplayWidth.Of(left));
            help.Append("  ").AppendLine(right);
        }
    }
}
