using System.Globalization;
using Stillpoint.Model;

namespace Stillpoint.Hypervisor.Agent;

/// <summary>Asks a guest how busy it is (<c>src/guest/load.sh</c>).</summary>
internal static class LoadMeter
{
    private const string Shell = "/bin/sh";
    private static readonly string Script = GuestScript.Read("load.sh");

    /// <returns>Null: it cannot be told; the guest has no such shell, or its agent may not or does not answer.</returns>
    public static async Task<GuestLoad?> AskAsync(GuestExec exec, TimeSpan over, TimeSpan bound, CancellationToken ct)
    {
        try
        {
            var seconds = over.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            var result = await exec.RunAsync(Shell, ["-c", Script, "stillpoint-load", seconds], over + bound, ct).ConfigureAwait(false);
            return result is { Exit: 0 } said ? Read(said.Output) : null;
        }
        catch (FailureException)
        {
            return null;
        }
    }

    public static GuestLoad? Read(string text)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Take(8))
        {
            if (line.Split(' ') is [var name, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100)
                numbers[name] = percent;
        }
        int? Of(string name) => numbers.TryGetValue(name, out var number) ? number : null;
        return numbers.Count == 0 ? null : new(Of("cpu-percent"), Of("psi-memory"), Of("memory-percent"));
    }
}
