using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>
/// The guest's own scripts around one freeze, run by a small program that is given to the guest (<c>src/guest/scripts.sh</c>). Those after the freeze
/// are run once by the guest itself, whoever of us is gone by then; here they are told to begin, and waited for.
/// </summary>
internal sealed class GuestScripts(GuestExec exec, FreezeRequest request, string vm, TimeProvider clock, QgaTimes times)
{
    private const string Shell = "/bin/sh";
    private const int Tries = 3;
    private static readonly string Script = GuestScript.Read("scripts.sh");

    private readonly List<ScriptRun> _runs = [];
    private readonly List<Failure> _warnings = [];
    private IFreezeWatch? _open;
    private int _post;

    /// <summary>In the order they ran.</summary>
    public IReadOnlyList<ScriptRun> Runs => _runs;

    /// <summary>Of the scripts after the freeze.</summary>
    public IReadOnlyList<Failure> Warnings => _warnings;

    /// <summary>Sync and guard with their bounds, the freeze itself, the thaw: past it nobody of ours is there any more.</summary>
    private TimeSpan Kept => times.Sync + times.GuardStart + request.Limit + TimeSpan.FromSeconds(30);

    /// <summary>What is there; nothing is run.</summary>
    public async Task<ScriptReport?> LookAsync(CancellationToken ct) =>
        await SayAsync(["check"], times.GuardStart, ct).ConfigureAwait(false) is { } said ? ScriptReport.Read(said) : null;

    /// <summary>Runs those before the freeze.</summary>
    /// <returns>Null: there are some, and all succeeded. Else why the point cannot be application consistent.</returns>
    /// <exception cref="FailureException">The agent's, or the watch's.</exception>
    public async Task<Failure?> BeforeAsync(IFreezeWatch watch, CancellationToken ct)
    {
        if (await LookAsync(ct).ConfigureAwait(false) is not { } there) return Unanswered("check");
        if (Refused(there) is { } refused) return refused;
        if (there.Pre + there.Post == 0) return Missing();
        _post = there.Post;
        var bound = BoundOf(there.Pre);
        var wait = bound + TimeSpan.FromMinutes(1);
        await watch.ScriptsOpeningAsync(clock.GetUtcNow() + wait + Kept, ct).ConfigureAwait(false);
        _open = watch;
        var said = await SayAsync(
            ["pre", request.Token, Seconds(request.Scripts.Limit), Number(request.Scripts.Retries), request.Scripts.Rule is ScriptRule.Fail ? "fail" : "continue",
                Seconds(wait), Seconds(Kept)],
            bound, ct).ConfigureAwait(false);
        var report = ScriptReport.Read(said ?? "");
        _runs.AddRange(report.Runs);
        if (Refused(report) is { } now) return now;
        if (report.Runs.FirstOrDefault(r => r.ExitCode != 0) is { } failed) return failed.ToFailure(vm);
        if (!report.Ended || report.Runs.Count != there.Pre) return Unanswered("pre");
        return there.Pre == 0 ? Missing() : null;
    }

    /// <summary>Those after the freeze, whatever happened; does nothing the second time, or where none before were begun. Throws nothing of the agent's.</summary>
    public async Task AfterAsync()
    {
        if (_open is not { } watch) return;
        _open = null;
        for (var left = Tries; ; left--)
        {
            try
            {
                var said = await SayAsync(["post", request.Token], BoundOf(_post), CancellationToken.None).ConfigureAwait(false);
                var report = ScriptReport.Read(said ?? "");
                _runs.AddRange(report.Runs);
                _warnings.AddRange(report.Runs.Where(r => r.ExitCode != 0).Select(r => r.ToFailure(vm)));
                if (Refused(report) is { } refused) _warnings.Add(refused);
                if (report.Ended)
                {
                    await watch.ScriptsClosedAsync().ConfigureAwait(false);
                    return;
                }
                _warnings.Add(Unanswered("post"));
                return;
            }
            catch (FailureException e)
            {
                if (e.Failure.Code is FailureCode.VmNotRunning or FailureCode.VmNotFound)
                {
                    await watch.ScriptsClosedAsync().ConfigureAwait(false);
                    return;
                }
                if (left > 1)
                {
                    await Task.Delay(times.ThawRetry, clock, CancellationToken.None).ConfigureAwait(false);
                    continue;
                }
                _warnings.Add(Unanswered("post") with { Evidence = e.Failure.Evidence });
                return;
            }
        }
    }

    /// <summary>For a job whose process is gone.</summary>
    public static async Task<IReadOnlyList<ScriptRun>> FinishAsync(GuestExec exec, string token, TimeSpan bound, string vm, CancellationToken ct)
    {
        var result = await exec.RunAsync(Shell, ["-c", Script, "stillpoint-scripts", "post", token], bound, ct).ConfigureAwait(false);
        var report = ScriptReport.Read(result?.Output ?? "");
        if (!report.Ended) throw new FailureException(Failure.Of(FailureCode.AgentNotResponding, Stage.Thaw, ("vm", vm), ("command", "scripts post")).CanRetry());
        return report.Runs;
    }

    private async Task<string?> SayAsync(IReadOnlyList<string> arguments, TimeSpan bound, CancellationToken ct) =>
        (await exec.RunAsync(Shell, ["-c", Script, "stillpoint-scripts", .. arguments], bound, ct).ConfigureAwait(false))?.Output;

    public Failure? Refused(ScriptReport report)
    {
        if (report.Refused.Count == 0) return null;
        var (path, why) = report.Refused[0];
        var failure = Failure.Of(FailureCode.GuestScriptRefused, Stage.Preflight, ("vm", vm), ("path", path), ("reason", "script-" + why));
        return failure with { Evidence = [.. report.Refused.Select(r => new Evidence(r.Path, r.Why))] };
    }

    private Failure Missing() => Failure.Of(FailureCode.GuestScriptsMissing, Stage.Preflight, ("vm", vm));

    private Failure Unanswered(string verb) =>
        Failure.Of(FailureCode.AgentNotResponding, Stage.Preflight, ("vm", vm), ("command", "scripts " + verb)).CanRetry();

    /// <summary>Each try's limit, five seconds more for one that must be killed, one between tries and one for its output; and for the program itself.</summary>
    private TimeSpan BoundOf(int scripts) =>
        (scripts * (request.Scripts.Retries + 1) * (request.Scripts.Limit + TimeSpan.FromSeconds(7))) + times.GuardStart;

    private static string Seconds(TimeSpan time) => Number((int)Math.Ceiling(time.TotalSeconds));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
