using Stillpoint.Model;

namespace Stillpoint.Doctor.Outputs;

/// <summary>What is read of a file that is the output of a command, or settings.</summary>
/// <param name="Name">The file's.</param>
internal sealed record OutputText(string Name, string[] Lines)
{
    public Fact Fact(string name, string value, int line) => new(name, value.Trim(), line > 0 ? $"{Name}:{line}" : Name, default);
}

/// <summary>Turns outputs that people put in bundles into facts, by what the output looks like rather than by what the file is called.</summary>
internal static class OutputReaders
{
    private static readonly Func<OutputText, IEnumerable<Fact>>[] Readers =
    [
        SystemctlOutput.Read, DiskFreeOutput.Read, MountOutput.Read, SettingsOutput.Read, FirewallOutput.Read, ProcessOutput.Read, PressureOutput.Read,
        WindowsOutput.Read, LeaseOutput.Read, ImageOutput.Read,
    ];

    public static IReadOnlyList<Fact> Read(string name, string text)
    {
        var output = new OutputText(name, text.Split('\n'));
        for (var i = 0; i < output.Lines.Length; i++) output.Lines[i] = output.Lines[i].TrimEnd('\r');
        return [.. Readers.SelectMany(read => read(output)).Take(2000)];
    }
}
