namespace Stillpoint.Doctor.Causes;

/// <summary>The backup's own process was ended: by a shutdown of the host, its service, or its kernel.</summary>
internal sealed class HostInterrupted() : StatedCause("host-interrupted", Link.VmState)
{
    private static readonly LinePattern Signal = new("interrupted by signal", null, LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("run-again"), new("find-shutdown-reason", Applies.Host)]);

    protected override IReadOnlyList<LinePattern> Says => [Signal];

    protected override IReadOnlyList<string> Failures => ["job-owner-gone", "worker-lost"];
}
