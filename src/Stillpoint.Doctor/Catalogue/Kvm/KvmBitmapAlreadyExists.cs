using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A bitmap of the name that is to be made is there already.</summary>
internal sealed partial class KvmBitmapAlreadyExists() : StatedCause("kvm-bitmap-already-exists", Link.Snapshot)
{
    private static readonly LinePattern Said = new(["Bitmap already exists", "Bitmap with the same name"], SaidLine(), LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("remove-foreign-bitmap", Applies.Host), new("full-backup")]);

    protected override IReadOnlyList<LinePattern> Says => [Said];

    [GeneratedRegex(
        @"Bitmap already exists(: (?<name>\S+))?|Bitmap with the same name is already stored",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();
}
