using Stillpoint.Extension.Snapshot;

namespace Stillpoint.Extension.Handler;

/// <summary>The work that `enable` started: the snapshot, its report to the endpoint, then to the agent.</summary>
internal sealed class WorkCommand(HandlerFolders folders, TimeProvider clock)
{
    public int Run(string sequence)
    {
        var report = new WorkReport();
        SnapshotSettings? settings = null;
        try
        {
            settings = SnapshotSettings.Read(folders, sequence) ?? throw new WorkException(StatusCode.SettingsWrong, "no settings");
            report.Task = settings.Task;
            using var host = new SnapshotCaller(settings.Endpoint);
            try
            {
                new SnapshotWork(settings, host, report, clock).Run();
            }
            catch (WorkException e)
            {
                report.Fail(e);
            }
            report.Delivered = host.TryReport(report.ToJson());
        }
        catch (WorkException e)
        {
            report.Fail(e);
        }
        StatusFile.Write(folders, sequence, report.Code, report.Message, report.ToJson(), clock.GetUtcNow());
        return report.Code == StatusCode.Success ? 0 : 1;
    }
}
