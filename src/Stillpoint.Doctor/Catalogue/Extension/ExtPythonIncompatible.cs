using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The extension finds no Python it can run with: none at all, or one too new for it.</summary>
internal sealed partial class ExtPythonIncompatible() : StatedCause("ext-python-incompatible", Link.Extension)
{
    private static readonly LinePattern Unknown = new(["python version unknown", "3 returned from handle.py"], null, LogKind.Shell);
    private static readonly LinePattern Module = new("No module named", ModuleLine(), LogKind.Shell | LogKind.Extension | LogKind.Agent);
    private static readonly LinePattern Code = new(["Non-zero exit code: 127", "Non-zero exit code: 3,"], CodeLine(), LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("install-python", Applies.Linux), new("update-extension", Applies.Waagent)]);

    protected override IReadOnlyList<LinePattern> Says => [Unknown, Module, Code];

    [GeneratedRegex(
        @"ModuleNotFoundError: No module named '?(imp|distutils)\b|ImportError: No module named '?(imp|distutils)\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ModuleLine();

    [GeneratedRegex(@"VMSnapshot.*Non-zero exit code: (?<code>3|127)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex CodeLine();
}
