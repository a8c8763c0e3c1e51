using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The image is of the old qcow2 version, which has no place for bitmaps.</summary>
internal sealed partial class KvmQcow2V2() : Cause("kvm-qcow2-v2", Link.Snapshot)
{
    private static readonly LinePattern Said = new("qcow2 v2", SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("amend-image", Applies.Host)]);

    public override IReadOnlyList<LinePattern> Patterns => [Said];

    public override Finding? Judge(CaseFile file)
    {
        var said = file.Hits(Said);
        var old = file.Facts("host.disk.compat").FirstOrDefault(d => d.Fact.Value == "0.10");
        return said.Any || old.Fact is not null ? Finding.Certain(said, old.Fact).With("path", old.Subject).AsLasting() : null;
    }

    [GeneratedRegex("dirty bitmaps in qcow2 v2", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
