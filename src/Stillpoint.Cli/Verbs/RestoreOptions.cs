using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>The three ways of a restore, told apart by their options.</summary>
internal static class RestoreOptions
{
    private static readonly string[] Ways = ["as", "replace", "disk"];

    private static readonly (string Option, string[] Ways)[] Belongs =
    [
        ("folder", ["as"]), ("pool", ["as"]), ("format", ["as"]), ("disconnected", ["as"]), ("keep-old", ["replace"]), ("start", ["as", "replace"]),
        ("overwrite", ["disk"]),
    ];

    /// <exception cref="FailureException">UsageChooseOne, UsageConflict.</exception>
    public static void Check(CommandLine line)
    {
        var chosen = Ways.Where(line.Has).ToArray();
        if (chosen.Length != 1) throw line.ChooseOne(Ways);
        foreach (var (option, ways) in Belongs)
        {
            if (line.Has(option) && !ways.Contains(chosen[0]))
                throw new FailureException(FailureCode.UsageConflict, Stage.Input, ("first", "--" + option), ("second", "--" + chosen[0]));
        }
        if (chosen[0] == "as" && line.Has("folder") == line.Has("pool")) throw line.ChooseOne("folder", "pool");
    }

    public static RestoreOrder OrderOf(Invocation call, JobId job, string point)
    {
        var line = call.Line;
        if (line.Has("replace")) return new RestoreInPlace(job, point, line.Has("keep-old"), line.Has("start"));
        if (line.Value("as") is { } name)
        {
            return new RestoreAsNewVm(
                job, point, name, line.Value("folder") is { } folder ? Path.GetFullPath(folder) : null, line.Value("pool"), line.Value("format"),
                !line.Has("disconnected"), line.Has("start"));
        }
        return new RestoreDisks(job, point, DisksOf(line));
    }

    /// <summary>The same for the service; a person has agreed by now.</summary>
    public static RestoreRequest RequestOf(RestoreOrder order, string vm) => order switch
    {
        RestoreInPlace o => new(o.Point, InPlace: new(vm, o.KeepOld, o.Start)),
        RestoreAsNewVm o => new(o.Point, NewVm: new(o.Name, o.Folder, o.Pool, o.Format, o.NetworkConnected, o.Start)),
        RestoreDisks o => new(o.Point, Disks: [.. o.Disks.Select(d => new DiskTarget(d.Disk, d.Target, d.Format, d.Overwrite))]),
        _ => throw new InvalidOperationException(order.GetType().Name),
    };

    /// <summary><c>NAME=PATH[:raw|:qcow2]</c>; raw where nothing is said.</summary>
    /// <exception cref="FailureException">UsageInvalid, UsageGivenTwice.</exception>
    public static IReadOnlyList<DiskToRestore> DisksOf(CommandLine line)
    {
        var disks = new List<DiskToRestore>();
        foreach (var text in line.Values("disk"))
        {
            var mark = text.IndexOf('=', StringComparison.Ordinal);
            if (mark < 1 || mark == text.Length - 1) throw CommandLine.Invalid("disk", text, "NAME=PATH[:raw|:qcow2]");
            var (name, target) = (text[..mark], text[(mark + 1)..]);
            var format = new[] { "raw", "qcow2" }.FirstOrDefault(f => target.EndsWith(":" + f, StringComparison.Ordinal));
            if (format is not null) target = target[..^(format.Length + 1)];
            if (target.Length == 0) throw CommandLine.Invalid("disk", text, "NAME=PATH[:raw|:qcow2]");
            if (disks.Any(d => d.Disk == name)) throw new FailureException(FailureCode.UsageGivenTwice, Stage.Input, ("option", "disk " + name));
            disks.Add(new(name, Path.GetFullPath(target), format ?? "raw", line.Has("overwrite")));
        }
        return disks;
    }
}
