namespace Stillpoint.Doctor.Causes;

/// <summary>The data moves to the vault more slowly than new data comes.</summary>
internal sealed class StoreTransferSlow() : Cause("store-transfer-slow", Link.Transfer)
{
    private static readonly LinePattern Azure = new("CopyingVHDsFromBackUpVaultTakingLongTime", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.Whole,
        [new("run-off-peak"), new("check-link", Applies.Host)]);

    public override IReadOnlyList<LinePattern> Patterns => [Azure];

    public override Finding? Judge(CaseFile file)
    {
        if (file.Fact("transfer.needed-bytes-per-second") is { } needed && file.Fact("transfer.bytes-per-second") is { } got
            && CaseFile.Number(got) < CaseFile.Number(needed))
            return Finding.Certain(got, needed);
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }
}
