using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The extension started its task and never ends it; the agent waits for it.</summary>
internal sealed partial class ExtStuckTransitioning() : Cause("ext-stuck-transitioning", Link.Extension)
{
    private static readonly LinePattern Waits = new("not all the extensions", WaitsLine(), LogKind.Agent);
    private static readonly LinePattern Timeout = new("Timeout(", TimeoutLine(), LogKind.Agent);
    private static readonly LinePattern Ended = new("have reached a terminal state", null, LogKind.Agent);
    private static readonly LinePattern Azure = new("ExtensionStuckInDeletionState", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("end-stuck-handler", Applies.Linux), new("remove-stuck-extension", Applies.Azure)]);

    public override IReadOnlyList<LinePattern> Patterns => [Waits, Timeout, Ended, Azure];

    public override Finding? Judge(CaseFile file)
    {
        var (waits, timeout) = (file.Hits(Waits), file.Hits(Timeout));
        if (timeout.CountAfter(file.Hits(Ended)) > 0) return Finding.Certain(timeout).With("extension", timeout.Value("extension"));
        if (waits.CountAfter(file.Hits(Ended)) > 0) return Finding.Likely(waits);
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }

    [GeneratedRegex("A new goal state was received, but not all the extensions", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WaitsLine();

    [GeneratedRegex(
        @"name=(?<extension>[\w.]*VMSnapshot\w*), op=\w+, message=\[ExtensionError\] Timeout\(\d+\)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex TimeoutLine();
}
