using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>The guard in the guest: started and confirmed before a freeze, stopped and asked for its verdict after the thaw.</summary>
internal sealed class GuestGuard(GuestExec exec, QgaTimes times, string token)
{
    private const string Shell = "/bin/sh";
    private static readonly string Script = GuestScript.Read("guard.sh");

    /// <summary>Null: it stands. The reason otherwise.</summary>
    /// <param name="mounts">What a freeze may freeze; empty: the guard looks for itself.</param>
    public async Task<Failure?> StartAsync(string vm, TimeSpan limit, IReadOnlyList<string> mounts, CancellationToken ct)
    {
        var milliseconds = ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var result = await exec.RunAsync(
            Shell, ["-c", Script, "stillpoint-guard", "run", token, milliseconds, .. mounts], times.GuardStart, ct).ConfigureAwait(false);
        var said = result?.Output.Trim() ?? "";
        if (said == "ready") return null;
        return Failure.Of(FailureCode.GuardNotPossible, Stage.Guard, ("vm", vm))
            .With(new("guard run", result is null ? "no answer" : $"exit {result.Value.Exit.ToString(CultureInfo.InvariantCulture)}: {said}"));
    }

    /// <summary>Whatever cannot be had counts as Unknown: the agent may be gone, the guest rebooted.</summary>
    public async Task<GuardVerdict> StopAsync(CancellationToken ct)
    {
        try
        {
            var result = await exec.RunAsync(Shell, ["-c", Script, "stillpoint-guard", "stop", token], times.GuardStop, ct).ConfigureAwait(false);
            return result?.Output.Trim() switch
            {
                "clean" => GuardVerdict.DidNotFire,
                "fired" => GuardVerdict.Fired,
                _ => GuardVerdict.Unknown,
            };
        }
        catch (FailureException)
        {
            return GuardVerdict.Unknown;
        }
    }
}
