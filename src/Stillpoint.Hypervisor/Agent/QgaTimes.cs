namespace Stillpoint.Hypervisor.Agent;

/// <summary>The bounds of a freeze over qemu-guest-agent, beside the freeze limit itself.</summary>
/// <param name="Answer">For commands that a healthy agent answers at once. libvirt's own sync before each command has 5 s as well.</param>
/// <param name="Sync">For <c>sync</c> in the guest. Past it the freeze is tried all the same: its limit holds anyway.</param>
/// <param name="GuardStart">For the guard to say that it stands.</param>
/// <param name="GuardStop">For the guard's verdict, the file systems being thawed.</param>
/// <param name="ThawRetry">Between two attempts to thaw.</param>
/// <param name="ThawPatience">How long thawing is repeated before the freeze is left open in the watch, for the warden and the next start.</param>
/// <param name="ScriptsFinish">For the scripts after a freeze whose job is gone. Past it they go on, and are asked for again.</param>
/// <param name="Poll">Between two looks at a command running in the guest.</param>
internal sealed record QgaTimes(
    TimeSpan Answer, TimeSpan Sync, TimeSpan GuardStart, TimeSpan GuardStop, TimeSpan ThawRetry, TimeSpan ThawPatience, TimeSpan ScriptsFinish, TimeSpan Poll)
{
    public static QgaTimes Default { get; } = new(
        Answer: TimeSpan.FromSeconds(5),
        Sync: TimeSpan.FromSeconds(30),
        GuardStart: TimeSpan.FromSeconds(20),
        GuardStop: TimeSpan.FromSeconds(20),
        ThawRetry: TimeSpan.FromMilliseconds(500),
        ThawPatience: TimeSpan.FromMinutes(2),
        ScriptsFinish: TimeSpan.FromMinutes(2),
        Poll: TimeSpan.FromMilliseconds(50));
}
