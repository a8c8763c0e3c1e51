using Stillpoint.EndToEnd.Tests.SafetyPage;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>Something is wrong with the agent of the guest at some moment of a backup.</summary>
/// <param name="Step">Where the backup stands when it happens.</param>
/// <param name="Act">What the guest does to its agent (<c>$a</c> is its process) at that moment, by itself, and takes back later.</param>
/// <param name="Reasons">Why the point is crash consistent, one of them; none: it is file-system consistent.</param>
internal sealed record AgentCase(string Name, string Happened, string When, string Step, string Act, params string[] Reasons)
{
    private const string
        Before = "before the freeze", In = "in the freeze", After = "after the thaw",
        Stop = "systemctl stop qemu-guest-agent; sleep 25; systemctl start qemu-guest-agent", Kill = "kill -9 $a", Hang = "kill -STOP $a; sleep 25; kill -CONT $a";

    public static readonly AgentCase[] All =
    [
        new("StoppedBefore", "stopped by its service manager", Before, "WardenReady", Stop, "agent-not-connected", "agent-not-responding"),
        new("KilledBefore", "killed, and started by its service manager", Before, "WardenReady", Kill),
        new("HungBefore", "hung (SIGSTOP)", Before, "WardenReady", Hang, "agent-not-responding"),
        new("StoppedIn", "stopped by its service manager", In, "Beginning", Stop, "guard-fired", "begin-outlived-freeze", "thaw-count-mismatch"),
        new("KilledIn", "killed, and started by its service manager", In, "Beginning", Kill, "guard-fired", "begin-outlived-freeze", "thaw-count-mismatch", "agent-not-responding"),
        new("HungIn", "hung (SIGSTOP)", In, "Beginning", Hang, "guard-fired", "begin-outlived-freeze", "thaw-count-mismatch"),
        new("StoppedAfter", "stopped by its service manager", After, "Begun", Stop),
        new("KilledAfter", "killed, and started by its service manager", After, "Begun", Kill),
        new("HungAfter", "hung (SIGSTOP)", After, "Begun", Hang),
        new("FrozenByAnother", "in its frozen state: somebody else froze the guest", Before, "", "", "fs-freeze-lock-held"),
        new("FrozenByHand", "told nothing of a file system frozen by hand (`fsfreeze -f`)", Before, "", "", "thaw-count-mismatch"),
        new("ExecBlocked", "forbidden to run programs (guest-exec)", Before, "", "", "guard-not-possible"),
    ];

    public static SafetyTable Table { get; } = new(
        "agent", "The guest's agent",
        "Something is wrong with the guest's agent before, in or after the freeze. There is a point each time, restored and compared, and what is recorded of it is the truth; " +
        "afterwards the guest writes, and the next backup is file-system consistent. After an agent was started again, libvirt 9.0 may not see it " +
        "until libvirtd is started again too, which the test does before the next backup.",
        ["the agent was", "when", "its point", "frozen for", "the next backup"],
        [.. All.Select(c => new SafetyTable.Row(c.Name, [c.Happened, c.When]))]);

    public bool HappensInTheFreeze => When == In;

    public bool IsAfterTheThaw => When == After;

    public bool IsStartedAgain => Act is Stop or Kill;

    /// <summary>For the guest's shell: outside of the agent's service, so that it outlives what it does to it. It does not touch a disk on the way.</summary>
    public string Script => $$"""
        echo $$ > /sys/fs/cgroup/cgroup.procs
        a=$(pidof qemu-ga)
        {{(HappensInTheFreeze ? "until [ -e /run/qga.state.isfrozen ]; do sleep 0.2; done" : "")}}
        sleep 1
        {{Act}}
        """;
}
