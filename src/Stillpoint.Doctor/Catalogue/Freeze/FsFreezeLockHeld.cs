namespace Stillpoint.Doctor.Causes;

/// <summary>Somebody else has the file systems frozen, or holds the extension's lock for freezing: another backup product, or an earlier run of it.</summary>
internal sealed class FsFreezeLockHeld() : Cause("fs-freeze-lock-held", Link.Freeze)
{
    private static readonly LinePattern Lock = new(["aquire lock", "Mount Points already freezed"], null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Crash, [new("move-other-schedule"), new("thaw-if-nobody-owns", Applies.Linux)]);

    public override IReadOnlyList<LinePattern> Patterns => [Lock];

    public override Finding? Judge(CaseFile file)
    {
        if ((file.FactIs(FactNames.FailureCode, "fs-freeze-lock-held") ?? file.FactIs(FactNames.ReasonCode, "fs-freeze-lock-held")) is { } own)
            return Finding.Certain(own, file.Fact("guest.fsfreeze"));
        return file.Hits(Lock) is { Any: true } held ? Finding.Certain(held) : null;
    }
}
