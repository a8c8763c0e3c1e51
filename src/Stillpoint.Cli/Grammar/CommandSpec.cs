namespace Stillpoint.Cli.Grammar;

/// <param name="Placeholder">What stands for the value in help; null: a flag.</param>
/// <param name="Text">Key of its help below <c>opt.</c>, where it is not the name.</param>
/// <param name="Choices">The only values there are; null: any.</param>
internal sealed record OptionSpec(string Name, string? Placeholder = null, string? Text = null, bool Repeatable = false, string[]? Choices = null)
{
    public string HelpKey => "opt." + (Text ?? Name);

    public string Synopsis => Placeholder is null ? "--" + Name : $"--{Name} {Placeholder}";
}

/// <param name="Name">Upper case, as help shows it; its help is <c>arg.</c> and the name in lower case.</param>
/// <param name="Many">Any number of them, none too.</param>
/// <param name="Optional">The command also means something without it.</param>
internal sealed record ArgumentSpec(string Name, bool Many = false, bool Optional = false)
{
    public string HelpKey => "arg." + Name.ToLowerInvariant();

    public string Synopsis => Many ? $"[{Name}...]" : Optional ? $"[{Name}]" : Name;
}

/// <summary>A command or a group of commands.</summary>
/// <param name="Run">Null for groups.</param>
internal sealed record CommandSpec(
    string Name, ArgumentSpec? Argument = null, OptionSpec[]? Own = null, Verb? Run = null, CommandSpec[]? Children = null)
{
    public OptionSpec[] Options => Own ?? [];

    public CommandSpec[] Commands => Children ?? [];
}

/// <returns>The process's exit code.</returns>
internal delegate Task<int> Verb(Session.Invocation invocation, CancellationToken ct);
