using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A script that runs before or after the freeze failed, hung, is missing, or does not belong to root.</summary>
internal sealed partial class FsFreezeHookFailed() : StatedCause("fs-freeze-hook-failed", Link.Quiesce)
{
    private static readonly LinePattern Hook = new(
        ["fsfreeze hook has failed", "PreScript failed", "Prescript for", "Postscript for", "Plugin Host Precheck Failed",
         "desired permissions"],
        HookLine(), LogKind.Extension | LogKind.Host | LogKind.System);

    public override CauseCard Card { get; } = new(
        Worth.Fs,
        [new("mend-script", Applies.Linux), new("script-owner-and-mode", Applies.Linux), new("shorten-script", Applies.Linux)]);

    protected override IReadOnlyList<string> Failures => ["guest-script-failed", "guest-script-refused"];

    protected override IReadOnlyList<LinePattern> Says => [Hook];

    protected override IReadOnlyList<int> Numbers =>
        [300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310, 311, 312, 313, 314, 315, 316, 317, 318];

    [GeneratedRegex(
        @"fsfreeze hook has failed with status (?<code>\d+)|Pre[Ss]cript failed|(Pre|Post)script for \S+ (timed out|failed)|" +
        "Plugin Host Precheck Failed|does not have desired permissions",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HookLine();
}
