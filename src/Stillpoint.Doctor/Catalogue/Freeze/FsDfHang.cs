using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A network share whose server is gone: the extension asks for its size and waits for ever.</summary>
internal sealed partial class FsDfHang() : Cause("fs-df-hang", Link.Freeze)
{
    private static readonly LinePattern Blocked = new("blocked for more than", BlockedLine(), LogKind.System);
    private static readonly LinePattern Silent = new("not responding", SilentLine(), LogKind.System);
    private static readonly LinePattern Sizing = new(["df -k", "alculating size"], null, LogKind.Extension);
    private static readonly LinePattern Sized = new(["Total used size", "Starting Freeze Binary"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("unmount-dead-share", Applies.Linux), new("only-local-file-systems", Applies.Waagent)]);

    public override IReadOnlyList<LinePattern> Patterns => [Blocked, Silent, Sizing, Sized];

    public override Finding? Judge(CaseFile file)
    {
        var (blocked, silent, sizing) = (file.Hits(Blocked), file.Hits(Silent), file.Hits(Sizing));
        var stopped = sizing.CountAfter(file.Hits(Sized)) > 0;
        if (blocked.Any) return Finding.Certain(blocked, stopped ? sizing.Last : null, silent);
        return stopped && silent.Any ? Finding.Likely(sizing.Last, silent) : null;
    }

    [GeneratedRegex(@"task df:\d+ blocked for more than", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BlockedLine();

    [GeneratedRegex(@"(nfs: server \S+ not responding|CIFS: .*not responding)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SilentLine();
}
