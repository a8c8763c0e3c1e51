namespace Stillpoint.Engine.Warden;

/// <summary>How to start a warden: the CLI's executable beside this assembly, with its hidden verb.</summary>
public sealed record WardenCommand(string Program, IReadOnlyList<string> Arguments)
{
    public static WardenCommand Default { get; } = new(Path.Combine(AppContext.BaseDirectory, "stillpoint"), []);
}
