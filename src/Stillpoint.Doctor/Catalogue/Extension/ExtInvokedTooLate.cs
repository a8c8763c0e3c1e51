namespace Stillpoint.Doctor.Causes;

/// <summary>The task reached the extension so late that its time was already over.</summary>
internal sealed class ExtInvokedTooLate() : StatedCause("ext-invoked-too-late", Link.Extension)
{
    private static readonly LinePattern Late = new("CRP timeout limit has reached", null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("find-delay"), new("run-again")]);

    protected override IReadOnlyList<LinePattern> Says => [Late];

    protected override IReadOnlyList<int> Numbers => [402];

    public override IReadOnlyList<string> YieldsTo => ["agent-clock-skew", "res-high-cpu", "res-high-memory"];
}
