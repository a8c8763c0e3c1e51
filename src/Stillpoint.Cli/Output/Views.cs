using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Output;

/// <summary>Model to JSON shapes. Codes stay codes; messages are in the reader's language.</summary>
internal static class Views
{
    public static FailureJson ToJson(this Failure failure, LocalTexts texts) => new(
        failure.Code.ToText(), failure.Stage.ToText(), texts.Failure(failure),
        [.. failure.Evidence.Select(e => new EvidenceJson(e.Source, e.Text, e.Time))], failure.Retryable);

    public static IReadOnlyList<FailureJson> ToJson(this IEnumerable<Failure> failures, LocalTexts texts) => [.. failures.Select(f => f.ToJson(texts))];

    public static PointJson ToJson(this RecoveryPoint p, LocalTexts texts) => new(
        p.Id.ToString(), p.VmName, p.Vm.ToString(), p.Taken.ToUniversalTime(), p.Consistency.ToText(), p.Reason?.ToJson(texts),
        p.Frozen?.TotalMilliseconds, p.Checkpoint,
        [.. p.Disks.Select(d => new PointDiskJson(d.Name, d.Format, d.SizeBytes, d.Mode.ToText(), d.BytesRead, d.BytesChanged))],
        [.. p.LeftOut.Select(l => new LeftOutJson(l.Name, l.Kind, l.Reason.ToJson(texts)))],
        p.BytesRead, p.BytesStored);

    public static JobJson ToJson(this JobRecord j, LocalTexts texts) => new(
        j.Id.ToString(), j.Kind.ToText(), j.State.ToText(), j.Vm, j.VmId?.ToString(), j.Host, j.Vault, j.Point, j.Started, j.Ended, j.BytesDone,
        j.BytesStored, j.Failure?.ToJson(texts));
}
