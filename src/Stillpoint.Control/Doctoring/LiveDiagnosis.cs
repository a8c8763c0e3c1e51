using Stillpoint.Doctor;
using Stillpoint.Engine.Repairs;
using Stillpoint.Model;

namespace Stillpoint.Control.Doctoring;

/// <summary>What the doctor makes of a VM as it is now.</summary>
/// <param name="Vm">Null: it is gone from the host.</param>
/// <param name="Facts">What it rests on; read again they give the same.</param>
/// <param name="EarlierJob">The VM's last backup, if it failed or did less than asked and nothing is wrong now.</param>
public sealed record LiveDiagnosis(string VmName, VmId? Vm, IReadOnlyList<Fact> Facts, Diagnosis Diagnosis, JobId? EarlierJob)
{
    /// <summary>The first cause that can be repaired.</summary>
    public FoundCause? Repairable => Diagnosis.Causes.FirstOrDefault(c => c.Repair is { } id && RepairOrder.Of(id) is not null);
}

/// <param name="Vm">Name or UUID.</param>
/// <param name="Cause">Its id.</param>
public sealed record CauseToRepair(JobId Job, string Vm, string Cause);
