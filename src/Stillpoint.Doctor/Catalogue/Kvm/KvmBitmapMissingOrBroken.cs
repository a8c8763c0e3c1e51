using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The record of changed blocks is gone or was broken by an unclean end of the VM.</summary>
internal sealed partial class KvmBitmapMissingOrBroken() : Cause("kvm-bitmap-missing-or-broken", Link.Snapshot)
{
    private static readonly LinePattern Said = new("missing or broken bitmap", SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("remove-checkpoint-metadata", Applies.Host), new("full-backup")], Repair: "remove-bitmaps");

    public override IReadOnlyList<LinePattern> Patterns => [Said];

    public override IReadOnlyList<string> YieldsTo =>
        ["kvm-disk-added", "kvm-bitmap-lost-by-snapshot", "kvm-disk-raw-no-bitmap", "kvm-revert-blocked-by-bitmap"];

    public override Finding? Judge(CaseFile file)
    {
        var said = file.Hits(Said);
        var state = file.Facts("host.bitmap").FirstOrDefault(b => b.Fact.Value is "inconsistent" or "missing");
        var own = Signs.Failed(file, "checkpoint-inconsistent", "bitmap-mismatch") ?? file.Fact("warning:bitmap-mismatch");
        if (!said.Any && state.Fact is null && own is null) return null;
        var parts = state.Subject?.Split('/', 2);
        return Finding.Certain(said, state.Fact, own)
            .With("device", said.Value("device") ?? parts?[0]).With("name", said.Value("name") ?? (parts?.Length > 1 ? parts[1] : null));
    }

    [GeneratedRegex(
        "missing or broken bitmap '(?<name>[^']+)' for disk '(?<device>[^']+)'",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
