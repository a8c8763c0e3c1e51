using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The snapshot extension that runs is an old one, and the backup fails with it.</summary>
internal sealed partial class ExtVersionOutdated() : Cause("ext-version-outdated", Link.Package)
{
    private static readonly LinePattern Running = new("VMSnapshotLinux-", RunningLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);
    private static readonly LinePattern Failed = new(["Status : error", "Enable failed"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("uninstall-extension", Applies.Azure), new("reload-extension", Applies.Stillpoint)], Seed: "C3");

    public override IReadOnlyList<LinePattern> Patterns => [Running, Failed];

    public override IReadOnlyList<string> YieldsTo => ["ext-python-incompatible", "ext-agent-api-mismatch"];

    /// <summary>The version the article asks for. Those before it are refused here; later ones are not judged by number.</summary>
    private static readonly Version Least = new(1, 0, 91, 0);

    public override Finding? Judge(CaseFile file)
    {
        // An old version that works is no cause.
        if (Trouble(file) is not { } trouble) return null;
        if (file.Fact("guest.extension-version:Microsoft.Azure.RecoveryServices.VMSnapshotLinux") is { } fact)
            return IsOld(fact.Value) ? Finding.Certain(fact, trouble).With("version", fact.Value).AsLasting() : null;
        var running = file.Hits(Running);
        var version = running.Value("version");
        return IsOld(version) ? Finding.Likely(running.Last, trouble).With("version", version).AsLasting() : null;
    }

    /// <summary>A number with a meaning of its own has its own cause; only a vague one can come from age.</summary>
    private static object? Trouble(CaseFile file) =>
        file.Extension.Last is { Number: 2 or 11 or 12 or -1 } vague ? vague.Event
        : file.Extension.Any ? null
        : (object?)Signs.Failed(file, "snapshot-timed-out", "agent-not-responding") ?? file.Hits(Failed).Last;

    private static bool IsOld(string? version) => Version.TryParse(version, out var parsed) && parsed < Least;

    [GeneratedRegex(
        @"VMSnapshotLinux-(?<version>1\.\d+\.\d+(\.\d+)?)\b(?!.*(uninstall|[Rr]emoving))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex RunningLine();
}
