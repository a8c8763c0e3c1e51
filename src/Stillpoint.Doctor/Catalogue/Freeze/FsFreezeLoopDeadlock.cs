using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>A loop device lies on a file system that is frozen before it: its writes wait for the thaw, and the freeze waits for them.</summary>
internal sealed partial class FsFreezeLoopDeadlock() : Cause("fs-freeze-loop-deadlock", Link.Freeze)
{
    private static readonly LinePattern Blocked = new("blocked for more than", BlockedLine(), LogKind.System);
    private static readonly LinePattern Binary = new("Binary Freeze Started", BinaryLine(), LogKind.Extension);
    private static readonly LinePattern Frozen = new("Binary Freeze Completed", null, LogKind.Extension);

    public override CauseCard Card { get; } = new(
        Worth.Suspect,
        [new("exclude-loop-mounts", Applies.Linux), new("reset-guest")]);

    public override IReadOnlyList<LinePattern> Patterns => [Blocked, Binary, Frozen];

    public override Finding? Judge(CaseFile file)
    {
        var loops = file.Facts("guest.loop").ToDictionary(l => l.Subject, l => l.Fact, StringComparer.Ordinal);
        // Only a mounted, writable one can hold a write that waits.
        var mount = file.Facts("guest.mount-source")
            .FirstOrDefault(m => loops.ContainsKey(m.Fact.Value)
                && file.FactIs($"guest.mount-type:{m.Subject}", "squashfs", "iso9660") is null);
        if (mount.Fact is null) return null;
        var (blocked, binary) = (file.Hits(Blocked), file.Hits(Binary));
        var hung = binary.CountAfter(file.Hits(Frozen)) > 0;
        if (!blocked.Any && !hung && Signs.Failed(file, "freeze-timed-out", "guard-fired") is null) return null;
        return Finding.Certain(loops[mount.Fact.Value], mount.Fact, blocked, hung ? binary : null).With("mount", mount.Subject)
            .With("path", loops[mount.Fact.Value].Value);
    }

    [GeneratedRegex(
        @"task (qemu-ga|safefreeze|fsfreeze|loop\d+)\S*:\d+ blocked for more than",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BlockedLine();

    [GeneratedRegex(@"2\. Binary Freeze Started", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BinaryLine();
}
