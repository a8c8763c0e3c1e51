using Stillpoint.Model;

namespace Stillpoint.Cli.Grammar;

/// <summary>
/// Words to a <see cref="CommandLine"/>. Options may stand anywhere, as <c>--name value</c> or <c>--name=value</c>; after <c>--</c> only arguments
/// come. Every mistake is a failure that says what, where and what to write instead, so that it can be told in the reader's language.
/// </summary>
internal static class CommandLineParser
{
    /// <exception cref="FailureException">The Usage codes.</exception>
    public static CommandLine Parse(IReadOnlyList<string> words)
    {
        var command = CommandTree.Root;
        List<string> path = [], arguments = [];
        // Options are read once the command is known: they may stand before it.
        List<(string Name, string? Value, int At)> pending = [];
        var options = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var onlyArguments = false;
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (!onlyArguments && word == "--")
            {
                onlyArguments = true;
            }
            else if (!onlyArguments && word.StartsWith("--", StringComparison.Ordinal))
            {
                var mark = word.IndexOf('=', StringComparison.Ordinal);
                var name = mark < 0 ? word[2..] : word[2..mark];
                var spec = FindOption(Reach(words, i), name);
                var value = mark < 0 ? null : word[(mark + 1)..];
                if (spec?.Placeholder is not null && value is null && i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal))
                    value = words[++i];
                pending.Add((name, value, i));
            }
            else if (!onlyArguments && word is "-h")
            {
                pending.Add(("help", null, i));
            }
            else if (!onlyArguments && command.Commands.Length > 0)
            {
                command = command.Commands.FirstOrDefault(c => c.Name == word) ?? throw UnknownCommand(command, path, word);
                path.Add(word);
            }
            else
            {
                arguments.Add(word);
            }
        }
        var line = new CommandLine(command, path, arguments.FirstOrDefault(), new Dictionary<string, IReadOnlyList<string>>()) { Arguments = arguments };
        foreach (var (name, value, _) in pending) Add(line, options, name, value);
        line = line with { Options = options.ToDictionary(o => o.Key, o => (IReadOnlyList<string>)o.Value) };
        if (line.Has("help") || line.Has("version")) return line;
        if (command.Run is null) throw UnknownCommand(command, path, "");
        if (command.Argument is { Many: false, Optional: false } wanted && arguments.Count == 0)
            throw new FailureException(FailureCode.UsageArgumentMissing, Stage.Input, ("command", line.Name), ("argument", wanted.Name), ("usage", $"{line.Name} {wanted.Name}"));
        var allowed = command.Argument switch { null => 0, { Many: true } => int.MaxValue, _ => 1 };
        if (arguments.Count > allowed)
            throw new FailureException(
                FailureCode.UsageArgumentUnwanted, Stage.Input, ("command", line.Name), ("value", arguments[allowed]),
                ("usage", allowed == 0 ? line.Name : $"{line.Name} {command.Argument!.Name}"));
        return line;
    }

    /// <summary>The command that the bare words name, as far as they do: decides whether an option takes the word after it.</summary>
    private static CommandSpec Reach(IReadOnlyList<string> words, int optionAt)
    {
        var command = CommandTree.Root;
        for (var i = 0; i < words.Count && command.Commands.Length > 0; i++)
        {
            if (i == optionAt) continue;
            if (command.Commands.FirstOrDefault(c => c.Name == words[i]) is { } next) command = next;
        }
        return command;
    }

    private static void Add(CommandLine line, Dictionary<string, List<string>> options, string name, string? value)
    {
        var spec = FindOption(line.Command, name) ?? throw UnknownOption(line, name);
        if (spec.Placeholder is null && value is not null)
            throw new FailureException(FailureCode.UsageValueUnwanted, Stage.Input, ("option", name), ("value", value));
        if (spec.Placeholder is not null && string.IsNullOrEmpty(value))
            throw new FailureException(FailureCode.UsageValueMissing, Stage.Input, ("option", name), ("placeholder", spec.Placeholder));
        if (spec.Choices is { } choices && !choices.Contains(value, StringComparer.Ordinal))
            throw CommandLine.Invalid(name, value!, string.Join(", ", choices));
        if (!options.TryGetValue(name, out var values)) options[name] = values = [];
        else if (!spec.Repeatable && spec.Placeholder is not null) throw new FailureException(FailureCode.UsageGivenTwice, Stage.Input, ("option", name));
        values.Add(value ?? "");
    }

    private static OptionSpec? FindOption(CommandSpec command, string name) =>
        command.Options.Concat(CommandTree.Everywhere).FirstOrDefault(o => o.Name == name);

    private static FailureException UnknownCommand(CommandSpec group, IReadOnlyList<string> path, string word)
    {
        var help = string.Join(' ', path.Prepend("stillpoint").Append("--help"));
        var nearest = NearestWord.Find(word, group.Commands.Select(c => c.Name));
        var typed = string.Join(' ', path.Append(word)).Trim();
        return new(Usage(FailureCode.UsageUnknownCommand, ("value", typed.Length == 0 ? "stillpoint" : typed), ("help", help), nearest));
    }

    private static FailureException UnknownOption(CommandLine line, string name)
    {
        var nearest = NearestWord.Find(name, line.Command.Options.Concat(CommandTree.Everywhere).Select(o => o.Name));
        return new(Usage(
            FailureCode.UsageUnknownOption, ("command", line.Name), ("value", "--" + name), nearest is null ? null : "--" + nearest, ("help", line.HelpCommand)));
    }

    private static Failure Usage(FailureCode code, (string, string) a, (string, string) b, string? nearest, params (string, string)[] more) =>
        Failure.Of(code, Stage.Input, nearest is null ? [a, b, .. more] : [a, b, .. more, ("nearest", nearest)]);
}
