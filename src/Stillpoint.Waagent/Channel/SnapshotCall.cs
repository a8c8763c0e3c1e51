using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Model;

namespace Stillpoint.Waagent;

/// <summary>
/// One snapshot as it goes between host and guest: invited, ready, let freeze, asked, answered, reported. Each wait has a bound, and every way out closes the
/// snapshot, after which no guest gets leave to freeze for it.
/// </summary>
internal sealed class SnapshotCall(
    FabricClient fabric, WaagentSetup setup, VmId vm, string name, IReadOnlyList<string> disks, FreezeRequest request, TimeProvider clock, WaagentTimes times)
    : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private SnapshotView _view = new(0, SnapshotStage.Open, null);
    private GoalView? _goal;
    private long _letFreeze;
    private bool _answered;

    /// <summary>Has the VM told, and waits until its extension says that it is ready to freeze.</summary>
    /// <returns>Why it will not: nothing is frozen then, and nothing will be.</returns>
    public async Task<Failure?> InviteAsync(CancellationToken ct)
    {
        try
        {
            await TellAsync(ct);
            var told = (clock.GetTimestamp(), clock.GetUtcNow());
            while (_view.Stage is SnapshotStage.Open)
            {
                if (_view.Report is { } report) return GuestWord.Of(report, name, request.Limit).Reason ?? Failed(name, Number(report.Code), report.Message);
                if (Obstacle((await fabric.GetVmAsync(vm, ct)).Contact, told) is { } obstacle) return obstacle;
                _view = await fabric.WatchSnapshotAsync(vm, request.Token, _view.Version, Look, ct);
            }
            return _view.Stage is SnapshotStage.Preparing ? null : Failed(name, "-", "it called and left");
        }
        catch (HttpRequestException e)
        {
            return NotAnswering(setup.Socket, e.Message);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.RequestInvalid or FailureCode.RequestTooLarge or FailureCode.VmNotFound or FailureCode.DataFolderUnusable)
        {
            return NotAnswering(setup.Socket, e.Failure.ToString());
        }
        catch (IOException e)
        {
            return NotAnswering(setup.Package, e.Message);
        }
    }

    /// <summary>Gives leave to freeze, and waits until the guest asks for the snapshot.</summary>
    /// <returns>Why it does not ask; what it froze it thaws by itself.</returns>
    public async Task<Failure?> LetFreezeAsync(CancellationToken ct)
    {
        try
        {
            _letFreeze = clock.GetTimestamp();
            if (!await fabric.AnswerSnapshotAsync(vm, request.Token, new(SnapshotStage.Preparing, true), ct)) return Failed(name, "-", "it left before it was let freeze");
            var bound = request.Limit + times.Asking;
            while (true)
            {
                var left = bound - clock.GetElapsedTime(_letFreeze);
                if (_view.Stage is SnapshotStage.Asking) return null;
                if (_view.Report is not null || _view.Stage is SnapshotStage.Left || left <= TimeSpan.Zero)
                    return Failure.Of(FailureCode.FreezeTimedOut, Stage.Freeze, ("vm", name), ("limit", Seconds(request.Limit))).CanRetry();
                _view = await fabric.WatchSnapshotAsync(vm, request.Token, _view.Version, left, ct);
            }
        }
        catch (Exception e) when (e is HttpRequestException or FailureException { Failure.Code: FailureCode.VmNotFound })
        {
            return NotAnswering(setup.Socket, e.Message);
        }
    }

    /// <summary>Waits for begin as long as the guest may, and answers.</summary>
    public async Task<Failure?> AnswerAsync(Task begin)
    {
        var late = Failure.Of(FailureCode.BeginOutlivedFreeze, Stage.Begin, ("vm", name), ("limit", Seconds(request.Limit))).CanRetry();
        var left = request.Limit - clock.GetElapsedTime(_letFreeze);
        using var stop = new CancellationTokenSource();
        if (left > TimeSpan.Zero) await Task.WhenAny(begin, Task.Delay(left, clock, stop.Token));
        await stop.CancelAsync();
        try
        {
            _answered = await fabric.AnswerSnapshotAsync(
                vm, request.Token, new(SnapshotStage.Asking, begin.IsCompletedSuccessfully, begin.IsCompletedSuccessfully ? "" : "it was not taken in time"), CancellationToken.None);
            return begin.IsCompletedSuccessfully && _answered ? null : late;
        }
        catch (Exception e) when (e is HttpRequestException or FailureException { Failure.Code: FailureCode.VmNotFound })
        {
            return NotAnswering(setup.Socket, e.Message);
        }
    }

    /// <summary>Waits for the guest's last word.</summary>
    public async Task<GuestWord> EndAsync()
    {
        var since = clock.GetTimestamp();
        try
        {
            while (_view.Report is null)
            {
                var left = times.Report - clock.GetElapsedTime(since);
                if (left <= TimeSpan.Zero) return GuestWord.Silent(name, request.Limit);
                if (_answered && Said((await fabric.GetVmAsync(vm, CancellationToken.None)).Contact) is { Code: 1 }) return GuestWord.OfAgent;
                _view = await fabric.WatchSnapshotAsync(vm, request.Token, _view.Version, left < Look ? left : Look, CancellationToken.None);
            }
            return GuestWord.Of(_view.Report, name, request.Limit);
        }
        catch (Exception e) when (e is HttpRequestException or FailureException { Failure.Code: FailureCode.VmNotFound })
        {
            return GuestWord.Silent(name, request.Limit);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await fabric.CloseSnapshotAsync(vm, request.Token, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // With the service its snapshots are gone.
        }
    }

    /// <summary>Whether the VM's agent is there; changes nothing.</summary>
    public static async Task<Failure?> LookAsync(FabricClient fabric, VmId vm, string name, TimeProvider clock, WaagentTimes times, CancellationToken ct)
    {
        try
        {
            var contact = (await fabric.GetVmAsync(vm, ct)).Contact;
            return contact?.Last is { } last && clock.GetUtcNow() - last <= times.Silence * 2 ? null : Silent(name, times.Silence, contact);
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VmNotFound)
        {
            return Silent(name, times.Silence, null);
        }
        catch (HttpRequestException e)
        {
            return NotAnswering("stillpoint-fabricd", e.Message);
        }
    }

    public static Failure Failed(string name, string code, string message) =>
        Failure.Of(FailureCode.ExtensionFailed, Stage.Preflight, ("vm", name), ("code", code)).With(new("extension", GuestWord.Plain(message))).CanRetry();

    private async Task TellAsync(CancellationToken ct)
    {
        await using (var package = File.OpenRead(setup.Package)) await fabric.PublishAsync(setup.Extension, setup.Version, package, ct);
        var seconds = (int)(times.Start + request.Limit + times.Asking + times.Report).TotalSeconds;
        var ticket = await fabric.OpenSnapshotAsync(vm, new(request.Token, seconds, disks), ct);
        var open = new JsonObject { ["commandToExecute"] = "snapshot", ["taskId"] = request.Token, ["freezeLimitMs"] = (int)request.Limit.TotalMilliseconds };
        var secret = new JsonObject { ["snapshotUri"] = ticket.Uri };
        _goal = await fabric.PutGoalAsync(vm, new(name, setup.Addresses, new(setup.Extension, setup.Version, ExtensionState.Enabled, Element(open), Element(secret))), ct);
    }

    /// <summary>What speaks against waiting longer.</summary>
    private Failure? Obstacle(Contact? contact, (long Stamp, DateTimeOffset Time) told)
    {
        var waited = clock.GetElapsedTime(told.Stamp);
        // The agent asks for nothing while it runs a handler's command, so only its first request is waited for.
        if (waited > times.Silence && !(contact?.Last > told.Time)) return Silent(name, times.Silence, contact);
        if (contact?.Status is { } status && status.Time > told.Time)
        {
            if (Said(contact) is { Code: { } code } said && code is not (1 or 4)) return Failed(name, Number((int)Math.Clamp(code, 0, 9999)), said.Message ?? "");
            if (status.Value.Incarnation == Number(_goal!.Incarnation) && Handler(contact) is { Code: >= 1000 and var wrong } handler)
                return Failed(name, Number(wrong), handler.Message ?? "");
        }
        return waited <= times.Start ? null : Failure.Of(FailureCode.ExtensionSilent, Stage.Preflight, ("vm", name), ("seconds", Seconds(times.Start))).CanRetry();
    }

    private ReportedHandler? Handler(Contact? contact) => contact?.Status?.Value.Handlers.FirstOrDefault(h => h.Name == setup.Extension);

    /// <summary>What the extension itself said of this goal's settings.</summary>
    private ReportedExtension? Said(Contact? contact) => Handler(contact)?.Extension is { } said && said.Sequence == _goal?.Sequence ? said : null;

    private static Failure Silent(string name, TimeSpan silence, Contact? contact) =>
        Failure.Of(FailureCode.AzureAgentSilent, Stage.Preflight, ("vm", name), ("seconds", Seconds(silence)))
            .With(new("stillpoint-fabricd", contact?.Last is { } last ? $"last request {last:O}" : "no request")).CanRetry();

    private static Failure NotAnswering(string what, string words) =>
        Failure.Of(FailureCode.FabricNotAnswering, Stage.Preflight, ("path", what)).With(new(what, words)).CanRetry();

    private static JsonElement Element(JsonObject value) => JsonDocument.Parse(value.ToJsonString()).RootElement;

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
