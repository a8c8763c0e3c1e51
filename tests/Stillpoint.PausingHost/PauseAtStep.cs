using System.Globalization;
using Stillpoint.Engine.Capture;

namespace Stillpoint.PausingHost;

/// <summary>
/// Stops a worker at the step named by <c>STILLPOINT_TEST_STEP</c>: writes its process id to <c>reached</c> in <c>STILLPOINT_TEST_FOLDER</c> and goes
/// on when <c>go</c> is there, or when the step is cancelled.
/// </summary>
internal sealed class PauseAtStep(CaptureStep at, string folder) : ICaptureHooks
{
    public static ICaptureHooks FromEnvironment() => Enum.TryParse<CaptureStep>(Environment.GetEnvironmentVariable("STILLPOINT_TEST_STEP"), out var step)
        ? new PauseAtStep(step, Environment.GetEnvironmentVariable("STILLPOINT_TEST_FOLDER")!)
        : NoHooks.Instance;

    public async ValueTask ReachedAsync(CaptureStep step, CancellationToken ct)
    {
        var reached = Path.Combine(folder, "reached");
        if (step != at || File.Exists(reached)) return;
        await File.WriteAllTextAsync(reached + ".new", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
        File.Move(reached + ".new", reached);
        while (!File.Exists(Path.Combine(folder, "go"))) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ct);
    }
}
