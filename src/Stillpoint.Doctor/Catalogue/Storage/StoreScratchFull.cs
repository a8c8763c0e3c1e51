using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The scratch space, where the old content of what the guest overwrites is kept during a backup, is full.</summary>
internal sealed partial class StoreScratchFull() : StatedCause("store-scratch-full", Link.Transfer)
{
    private static readonly LinePattern Full = new(["scratch", "fleecing"], FullLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("free-scratch-space", Applies.Host), new("move-scratch", Applies.Stillpoint)]);

    protected override IReadOnlyList<LinePattern> Says => [Full];

    protected override IReadOnlyList<string> Failures => ["scratch-space-low"];

    /// <summary>In bytes. A VM that the host paused for a write error while so little was free was paused by the scratch file.</summary>
    private const double Gone = 64 << 20;

    /// <summary>In bytes: with less no backup begins.</summary>
    private const double Least = 8 << 20;

    public override Finding? Judge(CaseFile file) =>
        file.FactIs("domain.paused-by-io-error", "true") is { } paused && file.Fact("scratch.free-bytes") is { } free
            && CaseFile.Number(free) < Gone
            ? Finding.Certain(paused, free)
            : file.Fact("scratch.free-bytes") is { } left && CaseFile.Number(left) < Least ? Finding.Certain(left, Signs.Failed(file, [.. Failures]))
            : base.Judge(file);

    [GeneratedRegex(
        "(scratch|fleecing).*No space left on device|No space left on device.*(scratch|fleecing)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FullLine();
}
