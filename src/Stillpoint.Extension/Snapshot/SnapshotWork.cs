using Stillpoint.Extension.Freeze;
using Stillpoint.Extension.Handler;
using Stillpoint.Extension.Interop;

namespace Stillpoint.Extension.Snapshot;

/// <summary>
/// The guest's half of a snapshot, in its order: look, write caches out, guard, tell the host, freeze, ask, thaw, guard's word. From `presnapshot`
/// to the last thaw no file is touched, no process started, nothing said.
/// </summary>
internal sealed class SnapshotWork(SnapshotSettings settings, SnapshotCaller host, WorkReport report, TimeProvider clock)
{
    /// <summary>Kept back from the limit for the thaw itself, so that this process thaws and not the guard.</summary>
    private static readonly TimeSpan ForThaw = TimeSpan.FromMilliseconds(500);
    private readonly long _began = clock.GetTimestamp();

    /// <exception cref="WorkException">There is no snapshot, or none of a guest at rest.</exception>
    public void Run()
    {
        using var set = FreezeSet.Open(MountTable.ToFreeze(MountTable.Parse(File.ReadLines("/proc/self/mountinfo"))));
        if (!set.Points.Any()) throw new WorkException(StatusCode.FreezeFailed, "no file system here can be frozen");
        FileSystemFreeze.WriteCaches();
        Step("written");
        var guard = new Guard(settings.Task);
        guard.Start(settings.Limit, set.Points);
        var guarded = clock.GetTimestamp();
        Step("guarded");
        try
        {
            report.MemoryLocked = FileSystemFreeze.TryLockMemory();
            host.Prepare(settings.Task);
            Step("prepared");
            WhileFrozen(set, guarded);
        }
        finally
        {
            report.Guard = guard.Stop();
            Step("unguarded");
        }
        if (report.Guard != "clean" || report.Thawed != report.Frozen)
            throw new WorkException(StatusCode.FreezeTimedOut, $"guard {report.Guard}, frozen {report.Frozen}, thawed {report.Thawed}");
    }

    private void WhileFrozen(FreezeSet set, long guarded)
    {
        TimeSpan Left() => settings.Limit - ForThaw - clock.GetElapsedTime(guarded);
        try
        {
            Step("freezing");
            var obstacle = set.Freeze();
            report.Frozen = set.Count;
            Step("frozen");
            if (obstacle is not null) throw new WorkException(StatusCode.FreezeFailed, obstacle);
            if (Left() <= TimeSpan.Zero) throw new WorkException(StatusCode.FreezeTimedOut, "the freeze took all of its time");
            host.TakeSnapshot(settings.Task, Left());
            report.AnsweredFrozen = true;
            Step("answered");
        }
        finally
        {
            report.Thawed = set.Thaw();
            Step("thawed");
        }
    }

    private void Step(string name) => report.Step(name, clock.GetElapsedTime(_began));
}
