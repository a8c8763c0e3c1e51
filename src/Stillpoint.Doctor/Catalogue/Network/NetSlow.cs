using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The snapshot call is answered, and much too late: the network of the guest is slow or lossy.</summary>
internal sealed partial class NetSlow() : Cause("net-slow", Link.Snapshot)
{
    private static readonly LinePattern Started = new("Snaphotting", StartedLine(), LogKind.Extension);
    private static readonly LinePattern Completed = new("Snaphotting", CompletedLine(), LogKind.Extension);
    private static readonly LinePattern Azure = new("ExtensionFailedTimeoutVMNetworkUnresponsive", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("host-side-snapshot", Applies.Stillpoint), new("run-off-peak"), new("check-link", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [Started, Completed, Azure];

    /// <summary>Freeze and thaw must fit in 60 s; a call that takes longer costs the point.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    public override Finding? Judge(CaseFile file)
    {
        if (file.Hits(Azure) is { Any: true } azure) return Finding.Likely(azure);
        var (begin, end) = (file.Hits(Started).Last, file.Hits(Completed).Last);
        if (begin?.Time is not { } from || end?.Time is not { } to || !end.IsAfter(begin) || to - from <= TooLong) return null;
        // It is what the call took that is wrong, whether or not it ended well.
        return Finding.Likely(begin, end).With("seconds", Math.Round((to - from).TotalSeconds)).AsLasting();
    }

    [GeneratedRegex(@"5\. Snaphotting .*Started", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex StartedLine();

    [GeneratedRegex(@"6\. Snaphotting .*Completed", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex CompletedLine();
}
