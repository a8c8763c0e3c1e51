using Stillpoint.Doctor.Causes;

namespace Stillpoint.Doctor;

/// <summary>Every cause, section by section as the documentation lists them. The order breaks ties.</summary>
public static class Catalogue
{
    public static IReadOnlyList<Cause> All { get; } =
    [
        // network
        new NetNoOutbound(),

        // agent
        new AgentNotRunning(),

        // freeze, quiesce, snapshot
        new FsFreezeLockHeld(),
    ];

    public static Cause? Find(string id) => All.FirstOrDefault(c => c.Id == id);
}
