namespace Stillpoint.Doctor.Causes;

/// <summary>The target's file system takes no file of that size.</summary>
internal sealed class StoreFilesizeLimit() : StatedCause("store-filesize-limit", Link.Vault)
{
    private static readonly LinePattern Large = new(["File too large", "os error 27"], null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("use-other-file-system", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Large];
}
