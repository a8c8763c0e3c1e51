namespace Stillpoint.Extension.Handler;

/// <summary>
/// The agent polls nothing while this runs, so it only looks whether there is something new, says that it was accepted, and starts the work beside itself.
/// </summary>
internal sealed class EnableCommand(HandlerFolders folders, TimeProvider clock, Action<HandlerFolders, string, string>? launch = null)
{
    private readonly Action<HandlerFolders, string, string> _launch = launch ?? Launch.Start;

    /// <param name="sequence">Of the settings, as the agent says; null: an agent that does not, which has one file.</param>
    public int Run(string? sequence)
    {
        sequence ??= Newest();
        var last = LastRun.Read(folders);
        if (sequence == last.Sequence && File.Exists(folders.StatusOf(sequence))) return 0;
        try
        {
            var settings = SnapshotSettings.Read(folders, sequence);
            if (settings is null) Say(sequence, StatusCode.Success, "ready");
            else if (settings.Task == last.Task) Say(sequence, StatusCode.AlreadyDone, $"{settings.Task} was begun before");
            else
            {
                // Before it starts: a run that is begun twice would ask twice.
                Say(sequence, StatusCode.Accepted, settings.Task);
                new LastRun(sequence, settings.Task).Write(folders);
                _launch(folders, sequence, settings.Task);
                return 0;
            }
        }
        catch (WorkException e)
        {
            Say(sequence, e.Code, e.Message);
        }
        new LastRun(sequence, null).Write(folders);
        return 0;
    }

    private void Say(string sequence, int code, string message) => StatusFile.Write(folders, sequence, code, message, null, clock.GetUtcNow());

    private string Newest() => Directory.EnumerateFiles(folders.Config, "*.settings").Select(f => Path.GetFileNameWithoutExtension(f)!)
        .Where(name => long.TryParse(name, out _)).MaxBy(long.Parse) ?? "0";
}
