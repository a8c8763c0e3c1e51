namespace Stillpoint.Doctor.Causes;

/// <summary>The VM is paused, crashed or moving to another host, and cannot be backed up like that.</summary>
internal sealed class VmstateNotAllowed() : Cause("vmstate-not-allowed", Link.VmState)
{
    private static readonly LinePattern Azure = new("VmNotInDesirableState", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("resume-vm", Applies.Qga), new("wait-for-migration"), new("find-io-error")]);

    public override IReadOnlyList<LinePattern> Patterns => [Azure];

    public override IReadOnlyList<string> YieldsTo =>
        ["store-source-full", "store-scratch-full", "kvm-qemu-crash", "kvm-revert-blocked-by-bitmap", "agent-selinux-denied"];

    public override Finding? Judge(CaseFile file)
    {
        // A pause we made ourselves for want of scratch space, or a crash, is told by its own entry.
        if (file.FactIs("domain.power", "paused", "pm-suspended", "suspended", "blocked") is { } state)
        {
            var failed = Signs.Failed(file, "vm-paused-by-host", "vm-not-running");
            if (failed is not null || file.FactIs("domain.paused-by-io-error", "true") is not null)
                return Finding.Certain(state, file.FactIs("domain.paused-by-io-error", "true"), failed).With("state", state.Value);
            // One paused by a hand is read as it stands; only what is asked of the guest goes without an answer.
            return Finding.Likely(state).With("state", state.Value).OfTheGuestOnly();
        }
        if (file.FactIs("domain.job", "migration-in", "migration-out", "save", "dump") is { } job)
            return Finding.Certain(job).With("state", job.Value);
        if (Signs.Failed(file, "vm-paused-by-host", "vm-not-running") is { } own) return Finding.Certain(own, file.Fact("domain.power"));
        return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
    }
}
