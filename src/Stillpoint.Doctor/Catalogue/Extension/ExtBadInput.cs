namespace Stillpoint.Doctor.Causes;

/// <summary>The service asked the extension for something incomplete.</summary>
internal sealed class ExtBadInput() : StatedCause("ext-bad-input", Link.Extension)
{
    private static readonly LinePattern Refused = new(
        ["required field empty or not correct", "LUN list received from CRP is empty"],
        null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("check-disk-selection"), new("run-again")]);

    protected override IReadOnlyList<LinePattern> Says => [Refused];

    protected override IReadOnlyList<int> Numbers => [11, 17];
}
