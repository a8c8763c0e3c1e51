using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Waagent;

/// <summary>What is made of the guest's report, or of its silence.</summary>
/// <param name="Thawed">The guest itself says that nothing of ours is frozen any more.</param>
/// <param name="Reason">Null: nothing it said lowers the point.</param>
internal sealed record GuestWord(bool Thawed, Failure? Reason, TimeSpan? FrozenFor, int Frozen, int ThawedCount, GuardVerdict Guard)
{
    public static GuestWord None { get; } = new(false, null, null, 0, 0, GuardVerdict.None);

    /// <summary>Judged strictly: what was not said counts as not so.</summary>
    public static GuestWord Of(GuestReport report, string vm, TimeSpan limit)
    {
        var guard = report.Guard switch { "clean" => GuardVerdict.DidNotFire, "fired" => GuardVerdict.Fired, "" => GuardVerdict.None, _ => GuardVerdict.Unknown };
        var thawed = report.Thawed == report.Frozen || guard is GuardVerdict.Fired;
        var frozenFor = report.FrozenMs is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
        return new(thawed, Why(report, guard, vm, limit), frozenFor, report.Frozen, report.Thawed, guard);
    }

    /// <summary>It had leave to freeze, and says nothing any more.</summary>
    public static GuestWord Silent(string vm, TimeSpan limit) => None with { Guard = GuardVerdict.Unknown, Reason = Fired(vm, GuardVerdict.Unknown, limit) };

    /// <summary>The report did not come, but the agent says that the extension ended well: that means all of it.</summary>
    public static GuestWord OfAgent { get; } = None with { Thawed = true, Guard = GuardVerdict.DidNotFire };

    /// <summary>A guest's words, for a screen: without what moves cursors.</summary>
    public static string Plain(string words) => string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c));

    private static Failure? Why(GuestReport report, GuardVerdict guard, string vm, TimeSpan limit)
    {
        var seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        var said = new Evidence("extension's report", Plain($"{Number(report.Code)} {report.Message}").TrimEnd());
        return report.Code switch
        {
            121 or 123 => Failure.Of(FailureCode.FreezeFailed, Stage.Freeze, ("vm", vm)).With(said).CanRetry(),
            122 when guard is GuardVerdict.DidNotFire => Failure.Of(FailureCode.FreezeTimedOut, Stage.Freeze, ("vm", vm), ("limit", seconds)).With(said).CanRetry(),
            124 => Failure.Of(FailureCode.GuardNotPossible, Stage.Guard, ("vm", vm)).With(said),
            _ when guard is GuardVerdict.Fired or GuardVerdict.Unknown => Fired(vm, guard, limit).With(said),
            76 when report.Frozen > 0 => Failure.Of(FailureCode.BeginOutlivedFreeze, Stage.Begin, ("vm", vm), ("limit", seconds)).With(said).CanRetry(),
            not 1 => SnapshotCall.Failed(vm, Number(report.Code), report.Message),
            _ when !report.AnsweredFrozen => Failure.Of(FailureCode.BeginOutlivedFreeze, Stage.Begin, ("vm", vm), ("limit", seconds)).CanRetry(),
            _ when report.Frozen == 0 || report.Thawed != report.Frozen => Failure.Of(
                FailureCode.ThawCountMismatch, Stage.Thaw, ("vm", vm), ("frozen", Number(report.Frozen)), ("thawed", Number(report.Thawed))),
            _ => null,
        };
    }

    private static Failure Fired(string vm, GuardVerdict verdict, TimeSpan limit) => Failure.Of(
        FailureCode.GuardFired, Stage.Thaw, ("vm", vm), ("verdict", verdict.ToText()), ("limit", limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
