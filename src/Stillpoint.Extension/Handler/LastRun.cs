namespace Stillpoint.Extension.Handler;

/// <summary>
/// What was begun last, by sequence number and task: agents call enable again for settings that are done (each new goal, each start of theirs). <c>mrseq</c> is
/// the name that agents know, and carry over to another version.
/// </summary>
internal sealed record LastRun(string? Sequence, string? Task)
{
    public static LastRun Read(HandlerFolders folders) => new(Line(SequenceFile(folders)), Line(TaskFile(folders)));

    public void Write(HandlerFolders folders)
    {
        if (Task is not null) AtomicFile.Write(TaskFile(folders), Task);
        if (Sequence is not null) AtomicFile.Write(SequenceFile(folders), Sequence);
    }

    public static int Forget(HandlerFolders folders)
    {
        File.Delete(SequenceFile(folders));
        File.Delete(TaskFile(folders));
        return 0;
    }

    private static string SequenceFile(HandlerFolders folders) => Path.Combine(folders.Home, "mrseq");

    private static string TaskFile(HandlerFolders folders) => Path.Combine(folders.Status, "last-task");

    private static string? Line(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : null;
}

internal static class AtomicFile
{
    /// <summary>Whoever reads sees the old content or the new one.</summary>
    public static void Write(string file, string content)
    {
        var temporary = file + ".tmp";
        File.WriteAllText(temporary, content);
        File.Move(temporary, file, overwrite: true);
    }
}
