namespace Stillpoint.Doctor;

/// <summary>
/// One entry of the catalogue: a rule over facts and what belongs to it. Stateless; one instance serves all diagnoses, from any thread.
/// </summary>
/// <param name="id">The catalogue's; stable.</param>
/// <param name="link">Where the chain breaks when this is the cause, unless a finding says otherwise.</param>
public abstract class Cause(string id, Link link)
{
    public string Id { get; } = id;

    public Link Link { get; } = link;

    /// <summary>What a reader is told and offered. Made once.</summary>
    public abstract CauseCard Card { get; }

    /// <summary>The lines the rule asks for. Always the same instances: hits are kept by pattern.</summary>
    public virtual IReadOnlyList<LinePattern> Patterns => [];

    /// <summary>Ids that, when found themselves, make this one wrong or a mere symptom (the catalogue's look-alikes).</summary>
    public virtual IReadOnlyList<string> YieldsTo => [];

    /// <summary>Ids of findings that this one causes although the chain's order alone does not say so.</summary>
    public virtual IReadOnlyList<string> Explains => [];

    /// <summary>Named only where nothing else was found.</summary>
    public virtual bool Umbrella => false;

    /// <summary>Null: nothing speaks for it. Never looks at the clock: time is in the facts.</summary>
    public abstract Finding? Judge(CaseFile file);
}
